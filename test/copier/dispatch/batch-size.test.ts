import { expect, test } from 'vitest';
import { BATCH_LIMIT, BatchSize, hasWaited } from '../../../src/copier/dispatch/batch-size.js';
import type { Effort } from '../../../src/protocol/messages.js';

/** Twelve calls a job that each take a millisecond. */
const slow = (jobs: number): Effort => ({ tookMs: 12 * jobs, cpuMs: jobs, waits: 12 * jobs });
/** Kept from the processor by others, for as long. */
const crowdedOut = (jobs: number): Effort => ({ tookMs: 12 * jobs, cpuMs: jobs, waits: 3 });

test('a worker has waited where it gave the processor up for each job, and not where others took it', () => {
  expect(hasWaited(20, slow(20), 1)).toBe(true);
  expect(hasWaited(20, crowdedOut(20), 1)).toBe(false);
  expect(hasWaited(20, { tookMs: 30, cpuMs: 20, waits: 200 }, 1)).toBe(false);
});

const sizes: [title: string, efforts: Effort[], waiting: number, workers: number, jobs: number][] = [
  ['before anything is known, as large as pays', [], 600, 5, BATCH_LIMIT.jobs],
  ['where a worker waits, some 50 ms', [slow(10)], 600, 1, 4],
  ['on a busy machine, as large as pays', [crowdedOut(10)], 600, 5, BATCH_LIMIT.jobs],
  ['the last work is spread over all workers', [slow(10)], 30, 5, 6],
  ['of little work each has some files to have under way', [slow(10)], 10, 5, 4],
  ['never less than one job', [{ tookMs: 9000, cpuMs: 1, waits: 90 }], 600, 1, 1],
  [
    'of several workers each has files of several folders',
    [{ tookMs: 9000, cpuMs: 1, waits: 90 }],
    600,
    5,
    64,
  ],
  [
    'storage that is quick again, as large as pays',
    [slow(10), { tookMs: 1, cpuMs: 1, waits: 0 }],
    600,
    5,
    256,
  ],
];
for (const [title, efforts, waiting, workers, jobs] of sizes) {
  test(`a batch is sized by time: ${title}`, () => {
    const size = new BatchSize({ size: workers }, () => false);
    for (const effort of efforts) size.batchDone(10, effort, 1);
    expect(size.limit(waiting, workers).jobs).toBe(jobs);
  });
}

test('under a ceiling no worker has more than passes in a short while, and none waits behind another', () => {
  const size = new BatchSize({ size: 5, ceiling: 4 * 2 ** 20 }, () => false);
  expect(size.limit(600, 5).bytes).toBeLessThan(64 * 1024);
  expect(size.mayGoAhead(5)).toBe(false);
});

test('a ceiling that is far above what can be had changes nothing', () => {
  const size = new BatchSize({ size: 5, ceiling: 2 ** 40 }, () => false);
  expect(size.limit(600, 5)).toEqual(BATCH_LIMIT);
  expect(size.mayGoAhead(5)).toBe(true);
});
