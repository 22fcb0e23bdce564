import { makeTree } from '../helpers/make-tree.js';
import type { TreeEntry } from '../helpers/tree-description.js';

const folders = 24;
const filesInEach = 100;

/** Some thousand entries of every kind that a kill could tear apart. */
export function makeKillSource(root: string, largeBytes: number): string {
  const entries: TreeEntry[] = [
    { path: 'large', kind: 'file', size: largeBytes },
    { path: `${Array.from({ length: 12 }, (_, depth) => depth).join('/')}/deepest`, kind: 'file', size: 10 },
    { path: 'empty', kind: 'folder' },
    { path: 'fifo', kind: 'fifo' },
  ];
  for (let folder = 0; folder < folders; folder++) {
    const name = `folder ${folder}`;
    entries.push({ path: name, kind: 'folder', mode: folder % 8 === 0 ? '555' : '755' });
    for (let file = 0; file < filesInEach; file++) {
      entries.push({ path: `${name}/${file}`, kind: 'file', size: (folder * 997 + file * 389) % 9000 });
    }
    entries.push({ path: `${name}/link`, kind: 'link', target: `../folder ${(folder + 1) % folders}/7` });
    entries.push({ path: `${name}/other name`, kind: 'hardlink', to: `${name}/3` });
    entries.push({ path: `${name}/far name`, kind: 'hardlink', to: `folder ${(folder + 5) % folders}/4` });
  }
  return makeTree(entries, root);
}

/** A destination that stands: a third of the files as in the source, a third older, a third not there. */
export function makeOlderCopy(root: string): string {
  const entries: TreeEntry[] = [{ path: 'large', kind: 'file', size: 1000, mtime: old }];
  for (let folder = 0; folder < folders; folder++) {
    const name = `folder ${folder}`;
    entries.push({ path: name, kind: 'folder' });
    for (let file = 0; file < filesInEach; file++) {
      if (file % 3 !== 0) {
        entries.push({
          path: `${name}/${file}`,
          kind: 'file',
          content: `older ${folder} ${file}`,
          mtime: old,
        });
      }
    }
    entries.push({ path: `${name}/own`, kind: 'file', content: 'only here', mtime: old });
  }
  return makeTree(entries, root);
}

const old = '1000000000000000000';
