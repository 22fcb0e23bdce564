import { lstatSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { wholeCopy } from '../helpers/copies.js';
import { makeTree } from '../helpers/make-tree.js';
import type { TreeEntry } from '../helpers/tree-description.js';

export const tree: TreeEntry[] = [
  { path: 'same', kind: 'file', content: 'same', mode: '640' },
  { path: 'changed', kind: 'file', content: 'new', mtime: '1500000000000000000' },
  { path: 'folder/deep', kind: 'file', content: 'deep' },
  { path: 'folder', kind: 'folder', mode: '750', mtime: '1500000000000000001' },
  { path: 'link', kind: 'link', target: 'same' },
  { path: { latin1: 'caf\xe9' }, kind: 'file', content: 'bytes' },
  { path: 'twice', kind: 'hardlink', to: 'same' },
];

/** A source and an earlier copy of it, in which one file is older. */
export async function scene(): Promise<{ source: string; snapshot: string }> {
  const source = makeTree(tree);
  const snapshot = await wholeCopy(source, [], { copy: join(dirname(source), 'snapshot') });
  rmSync(join(snapshot, 'changed'));
  makeTree([{ path: 'changed', kind: 'file', content: 'old', mtime: '1400000000000000000' }], snapshot);
  return { source, snapshot };
}

const inode = (...path: string[]): number => lstatSync(join(...path)).ino;
export const linked = ['same', 'twice', 'folder/deep', 'link', 'caf\ufffd'];
export const isLinked = (one: string, other: string, path: string): boolean =>
  inode(one, path) === inode(other, path);
