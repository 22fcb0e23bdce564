import type { TreeEntry } from '../helpers/tree-description.js';

export const mtime = '1234567890123456789';
export const tree: TreeEntry[] = [
  { path: 'new', kind: 'file', content: 'new' },
  { path: 'same', kind: 'file', content: 'same', mtime },
  { path: 'changed', kind: 'file', content: 'changed', mtime },
  { path: 'folder/link', kind: 'link', target: 'nowhere' },
  { path: 'folder/second', kind: 'hardlink', to: 'new' },
  { path: 'made/fifo', kind: 'fifo' },
];
export const old: TreeEntry[] = [
  { path: 'same', kind: 'file', content: 'same', mtime },
  { path: 'changed', kind: 'file', content: 'old', mtime },
  { path: 'extra/file', kind: 'file', content: 'extra' },
  { path: 'folder', kind: 'folder' },
];
