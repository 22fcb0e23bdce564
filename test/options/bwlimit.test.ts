import { expect, test } from 'vitest';
import { toldCopy } from '../helpers/copies.js';
import { makeTree } from '../helpers/make-tree.js';

test('--bwlimit is one ceiling for the whole pool, held within 5 % over ten seconds', async () => {
  const files = 20;
  const bwlimit = 2 * 1024 * 1024;
  const size = bwlimit / 2;
  const source = makeTree(
    Array.from({ length: files }, (_, n) => ({ path: `${n}`, kind: 'file' as const, size })),
  );
  const { report, events } = await toldCopy(source, { bwlimit, reflink: 'never' });
  expect(report).toMatchObject({ status: 0, bytes: files * size });
  expect(events.at(-1)).toMatchObject({ type: 'end' });
  // Workers take a moment to start, in which nothing is copied.
  const started = 0.5;
  expect(report.seconds).toBeGreaterThan(10 * 0.95);
  expect(report.seconds).toBeLessThan(10 * 1.05 + started);
});
