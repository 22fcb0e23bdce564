import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { commandCopy, wholeCopy } from '../helpers/copies.js';
import { makeTree } from '../helpers/make-tree.js';

test('a whole copy passes --verify: holes, several slabs, hard links, nothing in the file', async () => {
  const source = makeTree([
    { path: 'large', kind: 'file', size: 70_000_000 },
    { path: 'sparse', kind: 'file', size: 3_000_000, data: [[1_000_000, 10]] },
    { path: 'empty', kind: 'file', content: '' },
    { path: 'second', kind: 'hardlink', to: 'large' },
  ]);
  const copy = await wholeCopy(source, ['--verify']);
  expect(readFileSync(join(copy, 'large')).equals(readFileSync(join(source, 'large')))).toBe(true);
  const again = await commandCopy(source, ['--verify', '--if-exists', 'update']);
  expect(again).toMatchObject({ status: 0, stderr: '' });
});
