import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import {
  Closed,
  Pool,
  Queue,
  Terminated,
  WorkerLostError,
  WorkerStartError,
} from '../../src/multiprocessing/index.js';
import { isRunning } from '../helpers/processes.js';
import { until } from '../helpers/running.js';
import { scratchFolder } from '../helpers/scratch-folder.js';
import { makePool, named } from './pool-scene.js';

describe('ahead', () => {
  test('tasks are sent to a worker that is at another, run in their order, and fork none before all have as many', async () => {
    const pool = makePool(3, { ahead: 2 });
    const told = new Queue<number>();
    const tell = (ms: number) => pool.applyAsync(named('waitAndTell'), [{ ms, told }]);
    await Promise.all([30, 20, 10].map(tell));
    expect(pool.workers).toBe(1);
    expect([await told.get(), await told.get(), await told.get()]).toEqual([30, 20, 10]);
    const more = Promise.all([30, 20, 10, 5].map(tell));
    expect(pool.workers).toBe(2);
    await more;
  });

  test('tasks behind one that ends their worker are run by another, each once', async () => {
    const pool = makePool(1, { ahead: 3 });
    const told = new Queue<number>();
    const dying = pool.applyAsync(named('exitWith'), [3]);
    const behind = [3, 2, 1].map(ms => pool.applyAsync(named('waitAndTell'), [{ ms, told }]));
    await expect(dying).rejects.toMatchObject({ code: 'WORKER_LOST', exitCode: 3 });
    await Promise.all(behind);
    expect([await told.get(), await told.get(), await told.get(), await told.empty()]).toEqual([
      3,
      2,
      1,
      true,
    ]);
  });

  test('none begins before the outcome of the last is out, so that none is run twice', async () => {
    const pool = makePool(1, { ahead: 1 });
    const begun = new Queue<number>();
    const trace = join(scratchFolder(), 'trace');
    const much = pool.applyAsync(named('returnMuch'), [begun]);
    const behind = pool.applyAsync(named('appendLine'), [trace]);
    const lost = expect(much).rejects.toThrow(WorkerLostError);
    const worker = await begun.get();
    // Nobody reads what the worker has to say, so that its outcome stays in its hands.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 500);
    process.kill(worker, 'SIGKILL');
    await lost;
    await behind;
    expect(readFileSync(trace, 'utf8')).toBe('run\n');
  });

  test('an abort of a running task leaves those behind it to another worker', async () => {
    const pool = makePool(1, { ahead: 2 });
    const abort = new AbortController();
    const before = await pool.applyAsync(named('pid'), []);
    const running = pool.applyAsync(named('block'), [60_000], { signal: abort.signal });
    const behind = [1, 2].map(() => pool.applyAsync(named('pid'), []));
    await sleep(50);
    abort.abort(new Error('enough'));
    await expect(running).rejects.toThrow('enough');
    const [first, second] = await Promise.all(behind);
    expect(first).not.toBe(before);
    expect(second).toBe(first);
  });

  test('a task with a signal is never sent ahead: its abort drops it, and harms nobody', async () => {
    const pool = makePool(1, { ahead: 5 });
    const abort = new AbortController();
    const told = new Queue<number>();
    const running = pool.applyAsync(named('wait'), [200]);
    const dropped = pool.applyAsync(named('waitAndTell'), [{ ms: 0, told }], { signal: abort.signal });
    const { pids } = pool;
    await sleep(50);
    abort.abort(new Error('enough'));
    await expect(dropped).rejects.toThrow('enough');
    expect(await running).toBe(200);
    expect([await pool.applyAsync(named('pid'), [])]).toEqual(pids);
    expect(await told.empty()).toBe(true);
  });

  test('a task that cannot be cloned rejects its own promise only', async () => {
    const pool = makePool(1, { ahead: 2 });
    const around = [pool.applyAsync(named('wait'), [20])];
    await expect(pool.applyAsync(named('echo'), [() => 1])).rejects.toThrow(/could not be cloned/);
    around.push(pool.applyAsync(named('wait'), [1]));
    expect(await Promise.all(around)).toEqual([20, 1]);
    expect(pool.workers).toBe(1);
  });

  test('terminate rejects what was sent ahead, and what was not', async () => {
    const pool = makePool(1, { ahead: 2 });
    const open = Array.from({ length: 5 }, () =>
      pool.applyAsync(named('block'), [60_000]).catch((error: unknown) => error),
    );
    const { pids } = pool;
    await pool.terminate(100);
    for (const error of await Promise.all(open)) expect(error).toBeInstanceOf(Terminated);
    expect(pids.filter(isRunning)).toEqual([]);
  });

  test('close lets what was sent ahead finish, also where its worker ends', async () => {
    const pool = makePool(1, { ahead: 2 });
    const dying = pool.applyAsync(named('exitWith'), [3]).catch((error: unknown) => error);
    const behind = [1, 2].map(x => pool.applyAsync(named('double'), [x]));
    pool.close();
    expect(await dying).toBeInstanceOf(WorkerLostError);
    expect(await Promise.all(behind)).toEqual([2, 4]);
    await pool.join();
    expect(pool.workers).toBe(0);
  });

  test('an initializer that fails is one error for what was sent ahead too', async () => {
    const pool = makePool(1, { ahead: 3, initializer: named('failToInitialize') });
    const open = Array.from({ length: 10 }, () =>
      pool.applyAsync(named('double'), [1]).catch((error: unknown) => error),
    );
    const errors = new Set(await Promise.all(open));
    expect([...errors]).toEqual([expect.any(WorkerStartError)]);
  });

  for (const ahead of [-1, 0.5, Number.NaN]) {
    test(`${ahead} is refused`, () => {
      expect(() => new Pool(1, { ahead })).toThrow(RangeError);
    });
  }
});

describe('grow', () => {
  test('makes a worker before there is work for it, and no more than the size', async () => {
    const pool = makePool(2);
    pool.grow();
    expect(pool.workers).toBe(1);
    const [first] = pool.pids;
    expect(await pool.applyAsync(named('pid'), [])).toBe(first);
    pool.grow();
    pool.grow();
    expect(pool.workers).toBe(2);
    await Promise.all([pool.applyAsync(named('wait'), [50]), pool.applyAsync(named('wait'), [50])]);
    expect(pool.workers).toBe(2);
  });

  test('tells when the new worker has started, and until then that it is starting', async () => {
    let started = 0;
    const pool = makePool(2, { onReady: () => (started += 1) });
    pool.grow();
    expect([pool.starting, started]).toEqual([1, 0]);
    await until('it has started', () => started === 1);
    expect([pool.workers, pool.starting]).toEqual([1, 0]);
  });

  test('gives the new worker what waits, not what others have been sent', async () => {
    const pool = makePool(2, { ahead: 1 });
    await pool.applyAsync(named('pid'), []);
    const [first = 0] = pool.pids;
    const open = [1, 2].map(() => pool.applyAsync(named('block'), [100]));
    pool.grow();
    expect(await pool.applyAsync(named('pid'), [])).not.toBe(first);
    expect(await Promise.all(open)).toEqual([first, first]);
  });

  test('a worker that waits for work ends with close, and is replaced if it is killed', async () => {
    const pool = makePool(1);
    pool.grow();
    const [first = Number.NaN] = pool.pids;
    process.kill(first, 'SIGKILL');
    await until('it is gone', () => pool.workers === 0);
    expect(await pool.applyAsync(named('double'), [2])).toBe(4);
    pool.close();
    expect(() => pool.grow()).toThrow(Closed);
    await pool.join();
    expect(pool.workers).toBe(0);
  });
});
