import { expect, test } from 'vitest';
import { WorkerLostError, WorkerStartError } from '../../src/multiprocessing/index.js';
import { pidAfter, pidTogether, poolOf } from './starting-scene.js';

test('with workers that cannot start a pool goes on with those that can, and says so once', async () => {
  const { pool, givenUp } = poolOf(4, 2, 'exit');
  const pids = await Promise.all(Array.from({ length: 20 }, () => pool.applyAsync(pidTogether, [])));
  expect(new Set(pids).size).toBe(2);
  expect(pool.pids.sort()).toEqual([...new Set(pids)].sort());
  expect(givenUp).toEqual([expect.any(WorkerStartError)]);
});

test('without any that can start all that waits is rejected, and what comes later tries anew', async () => {
  const { pool, givenUp } = poolOf(3, 0, 'exit');
  for (const _ of [1, 2]) {
    const all = Array.from({ length: 5 }, () => pool.applyAsync(pidAfter, [1]));
    for (const { status, reason } of (await Promise.allSettled(all)) as PromiseRejectedResult[]) {
      expect([status, reason]).toEqual(['rejected', expect.any(WorkerStartError)]);
      expect(reason.message).toMatch(/^worker \d+ ended \(exit code 7\) before it had started$/);
    }
  }
  expect([givenUp, pool.workers]).toEqual([[], 0]);
});

test('a worker that is killed before it has started costs one task; where all are, none is tried for ever', async () => {
  const { pool } = poolOf(1, 0, 'abort');
  const all = await Promise.allSettled(Array.from({ length: 9 }, () => pool.applyAsync(pidAfter, [1])));
  const errors = all.map(outcome => (outcome.status === 'rejected' ? outcome.reason : undefined));
  const [first, second, third, ...rest] = errors;
  for (const lost of [first, second, third]) expect(lost).toBeInstanceOf(WorkerLostError);
  for (const error of rest) expect(error).toBeInstanceOf(WorkerStartError);
});
