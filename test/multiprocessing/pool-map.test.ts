import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { Queue } from '../../src/multiprocessing/index.js';
import { collect, makePool, named } from './pool-scene.js';

test('map keeps the order of its items, however many and however slow', async () => {
  const pool = makePool(3);
  const items = Array.from({ length: 20_000 }, (_, index) => index);
  expect(await pool.map(named('double'), items)).toEqual(items.map(item => item * 2));
  const waits = [30, 1, 20, 1, 1, 10, 1];
  expect(await pool.map(named('wait'), waits)).toEqual(waits);
  expect(await pool.map(named('double'), [])).toEqual([]);
});

test('a slow item in a chunk of quick ones gives the rest to others', async () => {
  const told = new Queue<number>();
  const quick = new Array<number>(300).fill(0);
  const items = [...quick, 3000, ...quick].map(ms => ({ ms, told }));
  await makePool(2).map(named('waitAndTell'), items);
  const order: number[] = [];
  while (!(await told.empty())) order.push(await told.getNowait());
  expect(order).toHaveLength(601);
  expect(order.at(-1)).toBe(3000);
});

test('map rejects with the first failure', async () => {
  await expect(makePool(2).map(named('oddFails'), [0, 2, 3, 4])).rejects.toThrow('odd: 3');
});

test('imap gives results in order, imapUnordered as they arrive', async () => {
  const pool = makePool(2);
  await pool.map(named('wait'), [1, 1]);
  expect(await collect(pool.imap(named('wait'), [200, 1, 2]))).toEqual([200, 1, 2]);
  expect((await collect(pool.imapUnordered(named('wait'), [2000, 1, 2]))).at(-1)).toBe(2000);
});

test('imap reads no more ahead than inFlight, also from an endless input', async () => {
  let read = 0;
  async function* numbers() {
    for (;;) yield read++;
  }
  const fetched: number[] = [];
  for await (const result of makePool(2).imap(named('double'), numbers(), { inFlight: 4 })) {
    fetched.push(result);
    await sleep(1);
    expect(read - fetched.length).toBeLessThanOrEqual(4);
    if (fetched.length === 50) break;
  }
  expect(fetched).toEqual(Array.from({ length: 50 }, (_, index) => index * 2));
});

test('a failed call of imap rejects its own next, and the iterator goes on', async () => {
  const results = makePool(1).imap(named('oddFails'), [0, 1, 2]);
  expect(await results.next()).toEqual({ done: false, value: 0 });
  await expect(results.next()).rejects.toThrow('odd: 1');
  expect(await results.next()).toEqual({ done: false, value: 2 });
  expect(await results.next()).toEqual({ done: true, value: undefined });
});

test('imap rejects where its input fails', async () => {
  function* broken() {
    yield 1;
    throw new Error('input broke');
  }
  await expect(collect(makePool(1).imap(named('double'), broken()))).rejects.toThrow('input broke');
});
