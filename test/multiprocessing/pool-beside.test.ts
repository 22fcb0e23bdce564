import { describe, expect, test } from 'vitest';
import { Queue, Terminated, WorkerLostError } from '../../src/multiprocessing/index.js';
import { makePool, named } from './pool-scene.js';

const BESIDE = { isBeside: true } as const;

describe('a task beside others', () => {
  test('runs while what its worker is at waits, one after the other with those that are so too', async () => {
    const pool = makePool(1, { ahead: 1 });
    const held = new Queue<number>();
    const holding = pool.applyAsync(named('take'), [held, 1]);
    const behind = pool.applyAsync(named('double'), [4]);
    const told = new Queue<number>();
    await Promise.all([30, 20, 10].map(ms => pool.applyAsync(named('waitAndTell'), [{ ms, told }], BESIDE)));
    expect([await told.get(), await told.get(), await told.get()]).toEqual([30, 20, 10]);
    await held.put(7);
    expect([await holding, await behind, pool.workers]).toEqual([[7], 8, 1]);
  });

  test('does not wait behind what waits for a worker', async () => {
    const pool = makePool(1);
    const held = new Queue<number>();
    const holding = pool.applyAsync(named('take'), [held, 1]);
    const waiting = pool.applyAsync(named('double'), [4]);
    expect(await pool.applyAsync(named('double'), [2], BESIDE)).toBe(4);
    await held.put(7);
    expect([await holding, await waiting]).toEqual([[7], 8]);
  });

  test('goes to the worker with the fewest of them, and leaves it free for others', async () => {
    const pool = makePool(2);
    pool.grow();
    pool.grow();
    await Promise.all([pool.applyAsync(named('wait'), [50]), pool.applyAsync(named('wait'), [50])]);
    const held = new Queue<number>();
    const holding = [1, 2].map(() => pool.applyAsync(named('take'), [held, 1], BESIDE));
    const others = [1, 2].map(() => pool.applyAsync(named('block'), [50]));
    expect(new Set(await Promise.all(others)).size).toBe(2);
    await Promise.all([held.put(1), held.put(2)]);
    expect((await Promise.all(holding)).flat().sort()).toEqual([1, 2]);
  });

  for (const ends of [0, 1]) {
    test(`goes to a worker that has nothing else to do, once the ${ends === 0 ? 'first' : 'second'} is through`, async () => {
      const pool = makePool(2);
      await Promise.all([pool.applyAsync(named('wait'), [50]), pool.applyAsync(named('wait'), [50])]);
      const queues = [new Queue<number>(), new Queue<number>()];
      const takes = queues.map(queue => pool.applyAsync(named('take'), [queue, 1]));
      await queues[ends]?.put(1);
      await takes[ends];
      const idle = await pool.applyAsync(named('pid'), []);
      expect(await pool.applyAsync(named('pid'), [], BESIDE)).toBe(idle);
      await queues[1 - ends]?.put(1);
      await takes[1 - ends];
    });
  }

  test('a worker that ends rejects what it was at and what ran beside it; what waited runs once, in another', async () => {
    const pool = makePool(1, { ahead: 1 });
    const held = new Queue<number>();
    const first = await pool.applyAsync(named('pid'), []);
    const dying = [
      pool.applyAsync(named('take'), [held, 1]),
      pool.applyAsync(named('exitWith'), [3], BESIDE),
    ].map(lost => lost.catch((error: unknown) => error));
    const waiting = [pool.applyAsync(named('pid'), []), pool.applyAsync(named('pid'), [], BESIDE)];
    for (const error of await Promise.all(dying)) expect(error).toBeInstanceOf(WorkerLostError);
    const [second, third] = await Promise.all(waiting);
    expect([second === first, third === second]).toEqual([false, true]);
  });

  test('is rejected where the pool is terminated, and finished where it is closed', async () => {
    const open = makePool(1);
    const lost = open.applyAsync(named('wait'), [60_000], BESIDE);
    const rejected = expect(lost).rejects.toThrow(Terminated);
    await open.terminate(0);
    await rejected;
    const closed = makePool(1);
    const done = closed.applyAsync(named('wait'), [20], BESIDE);
    closed.close();
    expect(await done).toBe(20);
    await closed.join();
  });
});
