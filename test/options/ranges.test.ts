import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { compareTrees } from '../helpers/compare-trees.js';
import { toldCopy } from '../helpers/copies.js';
import { makeTree } from '../helpers/make-tree.js';

const size = 100 * 1024 * 1024 + 12_345;
const tree = () =>
  makeTree([{ path: 'large', kind: 'file', size, mode: '640', mtime: '1234567890123456789' }]);

test('a large file of the same time and another size is replaced under update', async () => {
  const source = tree();
  const copy = join(dirname(source), 'copy');
  makeTree([{ path: 'large', kind: 'file', content: 'old', mtime: '1234567890123456789' }], copy);
  const { how } = await toldCopy(source, { workers: 2, ifExists: 'update', reflink: 'never' }, copy);
  expect(how).toEqual({ large: 'streamed' });
  expect(compareTrees(source, copy)).toEqual([]);
});
