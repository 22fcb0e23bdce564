import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { compareTrees } from '../helpers/compare-trees.js';
import { wholeCopy } from '../helpers/copies.js';
import { makeTree } from '../helpers/make-tree.js';
import { partOf } from '../helpers/part-of.js';
import type { TreeEntry } from '../helpers/tree-description.js';

const inode = (path: string): string => {
  const { dev, ino } = lstatSync(path, { bigint: true });
  return `${dev}:${ino}`;
};

describe('hard links', () => {
  for (const workers of partOf([5, 1], 1)) {
    test(`across folders and batches are one file in the copy, with a pool of ${workers}`, async () => {
      const entries: TreeEntry[] = Array.from({ length: 300 }, (_, n) => ({
        path: `first/${n}`,
        kind: 'file',
        size: n % 7 === 0 ? 100_000 : n,
      }));
      for (const folder of ['a', 'b/c', 'z']) {
        for (let n = 0; n < 300; n += 2)
          entries.push({ path: `${folder}/${n}`, kind: 'hardlink', to: `first/${n}` });
      }
      const source = makeTree(entries);
      const copy = await wholeCopy(source, ['--workers', String(workers)]);
      expect(compareTrees(source, copy)).toEqual([]);
      expect(inode(join(copy, 'first/14'))).toBe(inode(join(copy, 'z/14')));
      expect(lstatSync(join(copy, 'first/14')).nlink).toBe(4);
    });

    test(`of one file by the hundred are one file in the copy, with a pool of ${workers}`, async () => {
      const names = Array.from({ length: 300 }, (_, n) => [`a/${n}`, `b/${n}`]).flat();
      const source = makeTree([
        { path: 'file', kind: 'file', size: 5_000_000 },
        ...names.map(path => ({ path, kind: 'hardlink', to: 'file' }) as const),
      ]);
      const copy = await wholeCopy(source, ['--workers', String(workers)]);
      expect(compareTrees(source, copy)).toEqual([]);
      expect(lstatSync(join(copy, 'b/7')).nlink).toBe(601);
    });
  }
});
