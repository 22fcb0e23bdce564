import type { RunOptions } from '../src/copier/request/options.js';
import { makeTree } from './helpers/make-tree.js';
import type { TreeEntry } from './helpers/tree-description.js';

/** Workers read folders ahead, as where storage is slow, though this one does not. */
export const slowly: RunOptions = { isStorageSlow: true };

/** Three levels, of each kind something, two names of a file far from each other. */
export function tree(): string {
  const entries: TreeEntry[] = [{ path: 'top', kind: 'file', content: 'top' }];
  for (const outer of ['a', 'b', 'c']) {
    for (let inner = 0; inner < 12; inner += 1) {
      const folder = `${outer}/${inner}`;
      entries.push({ path: `${folder}/x`, kind: 'file', content: `${folder} x` });
      entries.push({ path: `${folder}/y`, kind: 'file', size: inner * 1000 });
      entries.push({ path: `${folder}/link`, kind: 'link', target: 'x' });
      entries.push({ path: `${folder}/empty`, kind: 'folder' });
    }
  }
  entries.push({ path: 'c/again', kind: 'hardlink', to: 'a/0/x' });
  return makeTree(entries);
}
