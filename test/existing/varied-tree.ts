import type { TreeEntry } from '../helpers/tree-description.js';

/** A few entries of many kinds. */
export const entries: TreeEntry[] = [
  { path: 'file', kind: 'file', content: 'new', mode: '640' },
  { path: 'empty', kind: 'file', content: '' },
  { path: 'hole', kind: 'file', size: 100_000, data: [] },
  { path: 'big', kind: 'file', size: 400_000 },
  { path: 'link', kind: 'link', target: 'file' },
  { path: 'fifo', kind: 'fifo' },
  { path: 'other', kind: 'hardlink', to: 'file' },
  { path: 'folder/deep/file', kind: 'file', content: 'new' },
  { path: 'folder', kind: 'folder', mode: '2750' },
];
