import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { compareTrees } from '../helpers/compare-trees.js';
import { wholeCopy } from '../helpers/copies.js';
import { makeTree } from '../helpers/make-tree.js';
import { treeSnapshot } from '../helpers/tree-snapshot.js';
import { copyWhilePlanting } from './planted-links.js';
import { entries } from './varied-tree.js';

test('a source is left as it was', async () => {
  const source = makeTree(entries);
  const before = treeSnapshot(source);
  await wholeCopy(source);
  expect(compareTrees(before, source)).toEqual([]);
  expect(readdirSync(source)).toHaveLength(before.size - 3);
  expect(readFileSync(join(source, 'file'), 'utf8')).toBe('new');
});

test('a link that is planted while the copy runs leads nothing outside', async () => {
  expect(await copyWhilePlanting('overwrite', true, 2)).toBeGreaterThan(5);
});
