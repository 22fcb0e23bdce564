import { dirname, join } from 'node:path';
import { makeTree } from '../helpers/make-tree.js';
import type { TreeEntry } from '../helpers/tree-description.js';
import { treeSnapshot } from '../helpers/tree-snapshot.js';

export const file = (path: TreeEntry['path'], content = 'x'): TreeEntry => ({ path, kind: 'file', content });
export const folder = (path: string): TreeEntry => ({ path, kind: 'folder' });

/** Paths in latin1, a character a byte, without the root. */
export const pathsIn = (root: string): string[] => [...treeSnapshot(root).keys()].filter(Boolean).sort();

export function beside(source: string, name: string, entries: TreeEntry[]): string {
  return makeTree(entries, join(dirname(source), name));
}

export const project = () =>
  makeTree([
    file('readme.txt'),
    file('Notes.TXT'),
    file('build/out.o'),
    file('docs/build'),
    file('src/main.c'),
    file('src/main.o'),
    file('src/lib/util.c'),
    file('src/lib/util.o'),
    folder('src/empty'),
    folder('empty'),
  ]);
