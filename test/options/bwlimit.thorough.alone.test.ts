import { lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { copyFolder } from '../../src/index.js';
import { makeTree } from '../helpers/make-tree.js';
import { scratchFolder } from '../helpers/scratch-folder.js';

const IS_SOAK = process.env.SOAK !== undefined;

test('--bwlimit is one ceiling for the whole pool, passed by no more than 5 % over ten seconds', async () => {
  const [files, begun] = [200, 20];
  const bwlimit = 2 * 1024 * 1024;
  const size = Math.floor((bwlimit * 10) / files);
  const source = makeTree(
    Array.from({ length: files }, (_, n) => ({ path: `${n}`, kind: 'file' as const, size })),
  );
  const copy = join(scratchFolder(), 'copy');
  await copyFolder(source, copy, { bwlimit, reflink: 'never' });
  // Between two files: the start of Node, and what may be sent at once then, is no matter of the ceiling.
  const finishedAt = readdirSync(copy)
    .map(name => lstatSync(join(copy, name)).ctimeMs)
    .sort((a, b) => a - b);
  const [first = 0, last = 0] = [finishedAt[begun], finishedAt.at(-1)];
  const rate = ((files - 1 - begun) * size * 1000) / (last - first);
  expect(finishedAt).toHaveLength(files);
  expect(rate / bwlimit).toBeLessThan(1.05);
  // A busy machine may not reach the ceiling; only a soak, alone on its machine, holds it to that.
  expect(rate / bwlimit).toBeGreaterThan(IS_SOAK ? 0.95 : 0.2);
});
