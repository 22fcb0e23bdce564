import { afterAll, expect, test } from 'vitest';
import { Pool, Queue, task } from '../../src/multiprocessing/index.js';
import type * as tasks from './tasks.js';

const module = new URL('./tasks.js', import.meta.url);
const named = <K extends keyof typeof tasks>(name: K) => task<(typeof tasks)[K]>(module, name);

const pool = new Pool(4);
afterAll(() => pool.terminate());

test('100,000 items, two producers, two consumers, a bound of 100: none lost, none doubled, order kept', {
  timeout: 300_000,
}, async () => {
  const each = 50_000;
  const queue = new Queue<unknown>(100);
  const out = new Queue<unknown>(100);
  const consuming = [1, 2].map(() => pool.applyAsync(named('relay'), [queue, out]));
  const producing = [0, 1].map(producer => pool.applyAsync(named('produce'), [queue, producer, each]));
  const closing = Promise.all(producing)
    .then(() => queue.close())
    .then(() => Promise.all(consuming))
    .then(() => out.close());
  const seen = [new Uint8Array(each), new Uint8Array(each)];
  let largest = 0;
  let count = 0;
  for await (const item of out) {
    const [producer, n] = item as [0 | 1, number];
    seen[producer]?.set([(seen[producer]?.[n] ?? 0) + 1], n);
    count += 1;
    if (count % 100 === 0) largest = Math.max(largest, await queue.qsize(), await out.qsize());
  }
  await closing;
  expect(count).toBe(2 * each);
  expect(seen.every(counts => counts.every(times => times === 1))).toBe(true);
  expect(largest).toBeLessThanOrEqual(100);
});
