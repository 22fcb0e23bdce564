import { expect, test } from 'vitest';
import { Backlog } from '../../../src/copier/dispatch/backlog.js';
import { BATCH_LIMIT } from '../../../src/copier/dispatch/batch-size.js';
import type { JobBatch } from '../../../src/copier/dispatch/job-batch.js';
import { finishJob, type PendingJob } from '../../../src/copier/dispatch/pending-job.js';
import { type BytePath, bytePath } from '../../../src/files/byte-path.js';
import { factsWith } from '../../helpers/facts.js';

const facts = factsWith({ size: 5, blocks: 8 });
const folder = bytePath('folder');
const file = (name: string): PendingJob => ({
  kind: 'file',
  folder,
  name: bytePath(name),
  facts,
  attempt: 1,
});

function ready(...names: string[]): Backlog {
  const backlog = new Backlog();
  for (const name of names) backlog.add(file(name));
  backlog.add(finishJob(folder, facts, 'finishAfter'));
  backlog.flush();
  return backlog;
}

const namesOf = (batch: JobBatch | undefined): BytePath[] =>
  Array.from({ length: batch?.size ?? 0 }, (_, row) => batch?.at(row).name ?? bytePath(''));

test('a batch that is larger than the limit goes out in parts, in their order; its folder is finished later', () => {
  const backlog = ready('a', 'b', 'c', 'd', 'e');
  const postponed: PendingJob[] = [];
  const parts: BytePath[][] = [];
  for (;;) {
    const part = backlog.take({ ...BATCH_LIMIT, jobs: 2 }, job => postponed.push(job));
    if (part === undefined) break;
    parts.push(namesOf(part));
  }
  // Twice the limit, so that a folder of few files is not taken apart.
  expect(parts).toEqual([['a', 'b', 'c', 'd'], ['e']]);
  expect(postponed.map(({ kind, name }) => [kind, name])).toEqual([['finishAfter', 'folder']]);
  expect([backlog.ready, backlog.jobs, backlog.weight]).toEqual([0, 0, 0]);
});

test('a part ends with a folder, and finishes it, where that is not far', () => {
  const backlog = ready('a', 'b', 'c');
  backlog.add({ ...file('other'), folder: bytePath('next') });
  backlog.flush();
  const limit = { ...BATCH_LIMIT, jobs: 2 };
  const parts = [0, 1].map(() => namesOf(backlog.take(limit, () => {})));
  expect(parts).toEqual([['a', 'b', 'c', 'folder'], ['other']]);
});

test('a batch with more bytes than the limit goes out in parts, each with one file at least', () => {
  const backlog = ready('a', 'b', 'c');
  const sizes = [6, 6, 1].map(bytes => backlog.take({ ...BATCH_LIMIT, bytes }, () => {})?.size);
  expect(sizes).toEqual([2, 1, undefined]);
});

test('what a worker gives back is handed out next, before what came later', () => {
  const backlog = ready('a', 'b', 'c');
  backlog.add(file('later'));
  backlog.flush();
  const postponed: PendingJob[] = [];
  const batch = backlog.take(BATCH_LIMIT, () => {});
  if (batch === undefined) throw new Error('nothing was ready');
  backlog.giveBack(batch, 1, job => postponed.push(job));
  expect(namesOf(backlog.take(BATCH_LIMIT, () => {}))).toEqual(['b', 'c']);
  expect(namesOf(backlog.take(BATCH_LIMIT, () => {}))).toEqual(['later']);
  expect(postponed).toHaveLength(1);
});

test('a batch of which all was begun gives nothing back', () => {
  const backlog = ready('a');
  const batch = backlog.take(BATCH_LIMIT, () => {});
  if (batch === undefined) throw new Error('nothing was ready');
  backlog.giveBack(batch, batch.size, () => {
    throw new Error('nothing is postponed');
  });
  expect(backlog.ready).toBe(0);
});
