import { dirname, join } from 'node:path';
import { compareTrees } from '../helpers/compare-trees.js';
import { makeTree } from '../helpers/make-tree.js';
import type { TreeEntry } from '../helpers/tree-description.js';

export const now: TreeEntry[] = [
  { path: 'same', kind: 'file', content: 'same', mtime: '1500000000000000000' },
  { path: 'changed', kind: 'file', content: 'new' },
  { path: 'sub/changed', kind: 'file', content: 'new' },
  { path: 'link', kind: 'link', target: 'new' },
  { path: 'becomes folder/file', kind: 'file', content: 'new' },
];
/** What is to go. */
const lost: TreeEntry[] = [
  { path: 'changed', kind: 'file', content: 'old', mode: '600', mtime: '1400000000000000007' },
  { path: 'sub/changed', kind: 'file', content: 'old', mode: '444', mtime: '1400000000000000001' },
  { path: 'sub', kind: 'folder', mode: '700' },
  { path: 'link', kind: 'link', target: 'old', mtime: '1400000000000000008' },
  { path: 'becomes folder', kind: 'file', content: 'old', mtime: '1400000000000000001' },
  { path: 'extra', kind: 'file', content: 'old', mtime: '1400000000000000001' },
  { path: 'gone/deep/file', kind: 'file', content: 'old', mtime: '1400000000000000001' },
  { path: 'gone/deep', kind: 'folder', mode: '750', mtime: '1400000000000000009' },
  { path: 'gone/link', kind: 'link', target: 'x', mtime: '1400000000000000001' },
  { path: 'gone', kind: 'folder', mode: '555', mtime: '1400000000000000010' },
];
const same: TreeEntry = { path: 'same', kind: 'file', content: 'same', mtime: '1500000000000000000' };
export const options = { ifExists: 'update', delete: true } as const;
export const args = ['--if-exists', 'update', '--delete'];

/** A destination, beside its source, in which much is to be replaced and deleted. */
export function scene(): { source: string; copy: string; backup: string } {
  const source = makeTree(now);
  const copy = makeTree([same, ...lost], join(dirname(source), 'copy'));
  return { source, copy, backup: join(dirname(source), 'backup/of today') };
}

/** Whether the backup has all that was to go, as it was; times of folders that stay are their own affair. */
export function differences(backup: string, times: 'ns' | 'us' = 'ns'): string[] {
  const expected = makeTree(lost, join(dirname(backup), `expected ${Math.random()}`));
  return compareTrees(expected, backup, { times }).filter(
    line => !/^(the root|"sub"): (mtime|mode)/.test(line),
  );
}
