import { dirname, join } from 'node:path';
import { makeTree } from './helpers/make-tree.js';
import { treeSnapshot } from './helpers/tree-snapshot.js';

// A source that leads to where its copy is written: without care the copy would hold itself, ever deeper.

export const refusal = (path: string): RegExp =>
  new RegExp(`^folder-copy: ${path}: it is the destination of this copy, [^\n]* \\(EINVAL\\)\n$`);

/** A source with `to`, in which its copy `to/copy` is to lie, in reach by `source/to`. */
export function place(link: boolean): { source: string; copy: string } {
  const source = makeTree([
    { path: 'file', kind: 'file', content: 'x' },
    link ? { path: 'to', kind: 'link', target: '../to' } : { path: 'to', kind: 'folder' },
  ]);
  const to = makeTree([{ path: 'other', kind: 'file', content: 'y' }], join(dirname(source), 'to'));
  return { source, copy: join(to, 'copy') };
}

export const namesIn = (root: string): string[] => [...treeSnapshot(root).keys()].filter(Boolean).sort();
