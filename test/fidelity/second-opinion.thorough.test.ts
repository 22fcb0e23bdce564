import { expect, test } from 'vitest';
import { wholeCopy } from '../helpers/copies.js';
import { makeTree } from '../helpers/make-tree.js';
import { needs } from '../helpers/needs.js';
import { rsyncDifferences } from '../helpers/rsync-differences.js';
import type { TreeEntry } from '../helpers/tree-description.js';
import { entriesNamed, oddNames } from './odd-names.js';

// What the other tests compare by the project's own means, rsync compares once more.

test('rsync finds no difference between odd names and their copies', needs('rsync'), async () => {
  const source = makeTree(oddNames.flatMap(([, name]) => entriesNamed(name)));
  expect(rsyncDifferences(source, await wholeCopy(source))).toEqual([]);
});

test.each(['1', '5'])(
  'rsync finds the hard links of a tree in its copy by a pool of %s',
  needs('rsync'),
  async workers => {
    const files = Array.from({ length: 300 }, (_, n): TreeEntry => {
      return { path: `first/${n}`, kind: 'file', size: n % 7 === 0 ? 100_000 : n };
    });
    const names = ['a', 'b/c', 'z'].flatMap(folder =>
      Array.from({ length: 150 }, (_, n): TreeEntry => {
        return { path: `${folder}/${2 * n}`, kind: 'hardlink', to: `first/${2 * n}` };
      }),
    );
    const source = makeTree([...files, ...names]);
    expect(rsyncDifferences(source, await wholeCopy(source, ['--workers', workers]))).toEqual([]);
  },
);
