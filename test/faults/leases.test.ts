import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { wholeCopy } from '../helpers/copies.js';
import { lease, leasedTree } from './leased-tree.js';

test('a file that is leased is waited for', async () => {
  const source = leasedTree();
  await lease(join(source, 'small'));
  const copy = await wholeCopy(source);
  expect(readFileSync(join(copy, 'small'), 'utf8')).toBe('small');
});
