import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, expect, test } from 'vitest';
import { Closed, Empty, Full, Pool, Process, Queue, task } from '../../src/multiprocessing/index.js';
import type * as tasks from './tasks.js';

const module = new URL('./tasks.js', import.meta.url);
const named = <K extends keyof typeof tasks>(name: K) => task<(typeof tasks)[K]>(module, name);

const pool = new Pool(4);
afterAll(() => pool.terminate());

test('in one process: order, size, full, empty', async () => {
  const queue = new Queue<number | undefined>(2);
  await queue.put(1);
  await queue.put(undefined);
  expect([await queue.qsize(), await queue.full(), await queue.empty()]).toEqual([2, true, false]);
  await expect(queue.putNowait(3)).rejects.toThrow(Full);
  await expect(queue.put(3, { block: false })).rejects.toThrow(Full);
  await expect(queue.put(3, { timeout: 5 })).rejects.toThrow(Full);
  const waiting = queue.put(3);
  expect([await queue.get(), await queue.get(), await queue.get()]).toEqual([1, undefined, 3]);
  await waiting;
  await expect(queue.getNowait()).rejects.toThrow(Empty);
  await expect(queue.get({ block: false })).rejects.toThrow(Empty);
  await expect(queue.get({ timeout: 5 })).rejects.toThrow(Empty);
  expect([await queue.qsize(), await queue.full(), await queue.empty()]).toEqual([0, false, true]);
});

test('a closed queue gives what is in, then rejects; puts that wait for room are rejected', async () => {
  const queue = new Queue<number>(1);
  await queue.put(1);
  const waiting = queue.put(2);
  const closing = queue.close();
  await expect(waiting).rejects.toThrow(Closed);
  await closing;
  await expect(queue.put(3)).rejects.toThrow(Closed);
  expect(await queue.get()).toBe(1);
  await expect(queue.get()).rejects.toThrow(Closed);
  await expect(queue.getNowait()).rejects.toThrow(Closed);
});

test('closing ends those who wait for an item, in this process and another', async () => {
  const queue = new Queue<number>();
  const here = queue.get().catch((error: unknown) => error);
  const there = pool.applyAsync(named('relay'), [queue, new Queue()]);
  await sleep(100);
  await queue.close();
  expect(await here).toBeInstanceOf(Closed);
  expect(await there).toBe(0);
});

for (const wrong of [-1, 1.5, Number.NaN]) {
  test(`a maxSize of ${wrong} is refused`, () => {
    expect(() => new Queue(wrong)).toThrow(RangeError);
  });
}

test('a negative timeout is refused', async () => {
  await expect(new Queue().get({ timeout: -1 })).rejects.toThrow(RangeError);
});

test('queues arrive nested in objects and arrays; the rest of the arguments is untouched', async () => {
  const queue = new Queue<number>();
  const handles: { list: [Queue<number>] } = { list: [queue] };
  expect(await pool.applyAsync(named('nested'), [handles])).toBe(1);
  expect(handles.list[0]).toBe(queue);
  expect(await queue.getNowait()).toBe(7);
});

test('every call works in another process', async () => {
  expect(await pool.applyAsync(named('nowait'), [new Queue<number>(1)])).toEqual([1, true, true]);
  await expect(pool.applyAsync(named('getWithin'), [new Queue<number>(), 20])).rejects.toThrow(Empty);
  const full = new Queue<number>(1);
  await full.put(1);
  await expect(pool.applyAsync(named('putWithin'), [full, 2, 20])).rejects.toThrow(Full);
  await expect(pool.applyAsync(named('nowait'), [full])).rejects.toThrow(Full);
  expect(await full.qsize()).toBe(1);
});

test('what a task has put is there when its promise settles, though it did not wait for its puts', async () => {
  for (const maxSize of [0, 1000]) {
    const queue = new Queue<number>(maxSize);
    await pool.applyAsync(named('produceAtOnce'), [queue, 1000]);
    expect(await queue.qsize()).toBe(1000);
    for (let n = 0; n < 1000; n++) expect(await queue.getNowait()).toBe(n);
  }
});

test('what was put before a SIGKILL is there', async () => {
  for (const maxSize of [0, 1000]) {
    const queue = new Queue<number>(maxSize);
    const child = new Process({ target: named('putAndDie'), args: [queue, 500] });
    child.start();
    await child.join();
    expect([child.exitCode, await queue.qsize()]).toEqual([-9, 500]);
  }
});

test('a full queue holds a producer in another process back', async () => {
  const queue = new Queue<unknown>(10);
  const producing = pool.applyAsync(named('produce'), [queue, 0, 1000]);
  let largest = 0;
  for (let n = 0; n < 1000; n++) {
    if (n % 100 === 0) {
      await untilFull(queue);
      await sleep(20);
    }
    largest = Math.max(largest, await queue.qsize());
    expect(await queue.get()).toEqual([0, n]);
  }
  await producing;
  expect(largest).toBe(10);
});

test('an item that cannot be cloned rejects its put there, its get elsewhere', async () => {
  const queue = new Queue<unknown>();
  await queue.put(() => 1);
  await queue.put(5);
  await queue.close();
  await expect(pool.applyAsync(named('relay'), [queue, new Queue()])).rejects.toThrow(/could not be cloned/);
});

test('one consumer sees the items of each producer in order', async () => {
  const queue = new Queue<unknown>(50);
  const producing = [0, 1].map(producer => pool.applyAsync(named('produce'), [queue, producer, 5000]));
  const next = [0, 0];
  for (let n = 0; n < 10_000; n++) {
    const [producer, index] = (await queue.get()) as [0 | 1, number];
    expect(index).toBe(next[producer]);
    next[producer] = index + 1;
  }
  await Promise.all(producing);
});

test('a get that has run out in another process leaves the next items their places', async () => {
  for (const maxSize of [0, 10]) {
    const queue = new Queue<string>(maxSize);
    for (const timeout of [0, 5, 20]) {
      await expect(pool.applyAsync(named('getWithin'), [queue, timeout])).rejects.toThrow(Empty);
      for (const item of ['a', 'b', 'c']) await queue.put(item);
      expect([await queue.get(), await queue.get(), await queue.get()]).toEqual(['a', 'b', 'c']);
    }
  }
});

test('another process takes what it gets and no more: the rest is there for the next, in order', async () => {
  const queue = new Queue<number>();
  for (let n = 0; n < 100; n++) await queue.put(n);
  const next = (count: number) => Array.from({ length: count }, (_, n) => n);
  expect(await pool.applyAsync(named('take'), [queue, 30])).toEqual(next(30));
  const blocking = pool.applyAsync(named('takeAndBlockFor'), [queue, 30, 3000]);
  await expect.poll(() => queue.qsize(), { timeout: 20_000 }).toBe(40);
  const rest: number[] = [];
  while (!(await queue.empty())) rest.push(await queue.getNowait());
  expect(rest).toEqual(next(100).slice(60));
  expect(await blocking).toEqual(next(60).slice(30));
});

test('no process puts more than the queue may hold', async () => {
  const queue = new Queue<unknown>(4);
  const producing = pool.applyAsync(named('produce'), [queue, 0, 20]); // however well it did before
  for (let n = 0; n < 20; n++) await queue.get();
  await producing;
  for (let n = 0; n < 4; n++) await queue.put(n);
  await expect(pool.applyAsync(named('putWithin'), [queue, 4, 20])).rejects.toThrow(Full);
  await expect(queue.putNowait(4)).rejects.toThrow(Full);
  await queue.get();
  await pool.applyAsync(named('putWithin'), [queue, 4, 20]);
  expect([await queue.qsize(), await queue.full()]).toEqual([4, true]);
});

test('items of a consumer that is killed go to others, in order, none twice', async () => {
  const queue = new Queue<number>();
  const taken = new Queue<number>();
  for (let n = 0; n < 2000; n++) await queue.put(n);
  const got: number[] = [];
  for (let round = 0; round < 5; round++) {
    const consumer = new Process({ target: named('takeAndBlock'), args: [queue, taken, 100] });
    consumer.start();
    for (let n = 0; n < 100; n++) got.push(await taken.get());
    consumer.kill();
    await consumer.join();
  }
  while (!(await queue.empty())) got.push(await queue.getNowait());
  expect(got).toEqual(Array.from({ length: 2000 }, (_, n) => n));
});

test('a consumer killed while it waits takes nothing with it', async () => {
  const queue = new Queue<number>();
  const taken = new Queue<number>();
  const waiting = new Process({ target: named('takeAndBlock'), args: [queue, taken, 1] });
  waiting.start();
  await sleep(200);
  waiting.kill();
  await waiting.join();
  await queue.put(1);
  expect(await queue.get({ timeout: 20_000 })).toBe(1);
});

test('timeouts that race with arrivals lose nothing', async () => {
  const queue = new Queue<number>();
  let arrived = 0;
  const gets = Array.from({ length: 200 }, (_, n) =>
    pool.applyAsync(named('getWithin'), [queue, n % 5]).then(
      () => {
        arrived += 1;
      },
      (error: unknown) => expect(error).toBeInstanceOf(Empty),
    ),
  );
  for (let n = 0; n < 200; n++) {
    await queue.put(n);
    if (n % 10 === 0) await sleep(1);
  }
  await Promise.all(gets);
  expect(arrived + (await queue.qsize())).toBe(200);
  expect(await queue.qsize()).toBe(await drain(queue));
});

async function untilFull(queue: Queue<unknown>): Promise<void> {
  while (!(await queue.full())) await sleep(5);
}

async function drain(queue: Queue<number>): Promise<number> {
  let count = 0;
  while (!(await queue.empty())) {
    await queue.getNowait();
    count += 1;
  }
  return count;
}
