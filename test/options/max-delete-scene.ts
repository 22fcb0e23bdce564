import { dirname, join } from 'node:path';
import { makeTree } from '../helpers/make-tree.js';
import type { TreeEntry } from '../helpers/tree-description.js';

export const files = (...paths: string[]): TreeEntry[] =>
  paths.map(path => ({ path, kind: 'file', content: path }));

/** A source, and a destination beside it. */
export function trees(source: TreeEntry[], copy: TreeEntry[]): { source: string; copy: string } {
  const root = makeTree(source);
  return { source: root, copy: makeTree(copy, join(dirname(root), 'copy')) };
}
