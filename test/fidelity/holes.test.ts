import { lstatSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { compareTrees } from '../helpers/compare-trees.js';
import { wholeCopy } from '../helpers/copies.js';
import { makeTree } from '../helpers/make-tree.js';
import { describedTree } from '../helpers/tree-description.js';

const mib = 1024 * 1024;
const gib = 1024 * mib;
const kinds: [what: string, size: number, data: [offset: number, length: number][]][] = [
  ['whole', 4 * mib, []],
  ['a single byte, a hole itself', 1, []],
  ['leading', 4 * mib, [[4 * mib - 4096, 4096]]],
  [
    'middle',
    4 * mib,
    [
      [0, 4096],
      [3 * mib, mib],
    ],
  ],
  ['trailing', 4 * mib, [[0, 5]]],
  ['trailing, to an odd size', 4 * mib + 1, [[0, 4096]]],
  ['many, between single blocks', 8 * mib, Array.from({ length: 64 }, (_, n) => [n * 128 * 1024, 4096])],
  ['none, in blocks of zeros that are data', 0, []],
];

for (const reflink of ['auto', 'never']) {
  for (const chunk of ['1', '1000', '1024', '1m']) {
    test(`holes stay holes wherever they are, with chunks of ${chunk}, --reflink ${reflink}`, async () => {
      const source = makeTree(kinds.map(([path, size, data]) => ({ path, kind: 'file', size, data })));
      const copy = await wholeCopy(source, ['--chunk-size', chunk, '--reflink', reflink]);
      expect(compareTrees(source, copy, { holes: 0 })).toEqual([]);
    });
  }
}

test('holes stay holes in a file that stood there full', async () => {
  const source = makeTree([{ path: 'x', kind: 'file', size: 4 * mib, data: [] }]);
  const copy = makeTree([{ path: 'x', kind: 'file', size: 4 * mib }], join(dirname(source), 'copy'));
  await wholeCopy(source);
  expect(lstatSync(join(copy, 'x')).blocks).toBe(0);
  expect(compareTrees(source, copy, { holes: 0 })).toEqual([]);
});

test('10 GiB of hole take no time worth naming, with data at both ends or none', {
  timeout: 20_000,
}, async () => {
  const source = makeTree([
    { path: 'whole', kind: 'file', size: 10 * gib, data: [] },
    {
      path: 'ends',
      kind: 'file',
      size: 10 * gib,
      data: [
        [0, 1],
        [10 * gib - 1, 1],
      ],
    },
  ]);
  const copy = await wholeCopy(source, ['--reflink', 'never']);
  expect(compareTrees(source, copy, { contents: false, holes: 0 })).toEqual([]);
});

test('all that holes.json describes stays as it is', async () => {
  const source = makeTree(describedTree('holes'));
  expect(compareTrees(source, await wholeCopy(source), { holes: 0 })).toEqual([]);
});
