import { expect, test } from 'vitest';
import { Pool, Queue, task, WorkerLostError } from '../../src/multiprocessing/index.js';
import { childrenOf } from '../helpers/processes.js';
import type * as tasks from './tasks.js';

const module = new URL('./tasks.js', import.meta.url);
const named = <K extends keyof typeof tasks>(name: K) => task<(typeof tasks)[K]>(module, name);

test('10,000 tasks on 4 workers, one killed every 200 tasks: each settles once, with its result or WorkerLostError', {
  timeout: 300_000,
}, async () => {
  const pool = new Pool(4);
  const settled = new Uint8Array(10_000);
  let kills = 0;
  let lost = 0;
  let count = 0;
  const settle = (n: number) => {
    settled[n] = (settled[n] ?? 0) + 1;
    count += 1;
    const victim = pool.pids[count % pool.pids.length];
    if (count % 200 !== 0 || victim === undefined) return;
    process.kill(victim, 'SIGKILL');
    kills += 1;
  };
  const running = Array.from({ length: 10_000 }, async (_, n) => {
    try {
      expect(await pool.applyAsync(named('double'), [n])).toBe(2 * n);
    } catch (error) {
      expect(error).toBeInstanceOf(WorkerLostError);
      lost += 1;
    }
    settle(n);
  });
  await Promise.all(running);
  pool.close();
  await pool.join();
  expect(settled.every(times => times === 1)).toBe(true);
  expect(kills).toBeGreaterThanOrEqual(49);
  expect(lost).toBeLessThanOrEqual(kills);
});

test('100 pools made and ended one after the other leave no process, handle or listener', {
  timeout: 300_000,
}, async () => {
  await new Promise(setImmediate); // what the test before has left to close
  const before = countHandles();
  for (let n = 0; n < 100; n++) {
    const pool = new Pool(1);
    const queue = new Queue<unknown>(1);
    await pool.applyAsync(named('produce'), [queue, n, 1]);
    expect(await queue.get()).toEqual([n, 0]);
    if (n % 2 === 0) {
      pool.close();
      await pool.join();
    } else {
      await pool.terminate();
    }
  }
  // What the test before had left may have closed since.
  const resources = expect.toSatisfy((count: number) => count <= before.resources);
  await expect.poll(countHandles, { timeout: 20_000 }).toEqual({ ...before, resources });
});

function countHandles() {
  return {
    children: childrenOf(process.pid).length,
    resources: process.getActiveResourcesInfo().filter(kind => /Pipe|Process/.test(kind)).length,
    listeners: process.eventNames().map(name => [name, process.listenerCount(name)]),
  };
}
