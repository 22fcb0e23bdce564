import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, test } from 'vitest';
import {
  Closed,
  Pool,
  Queue,
  StateError,
  Terminated,
  task,
  WorkerLostError,
  WorkerStartError,
} from '../../src/multiprocessing/index.js';
import { isRunning } from '../helpers/processes.js';
import { until } from '../helpers/running.js';
import { scratchFolder } from '../helpers/scratch-folder.js';
import type * as tasks from './tasks.js';

const module = new URL('./tasks.js', import.meta.url);
const named = <K extends keyof typeof tasks>(name: K) => task<(typeof tasks)[K]>(module, name);

const pools: Pool[] = [];
afterEach(async () => {
  await Promise.all(pools.splice(0).map(pool => pool.terminate(0)));
});

function makePool(...[size, options]: ConstructorParameters<typeof Pool>): Pool {
  const pool = new Pool(size, options);
  pools.push(pool);
  return pool;
}

test('applyAsync resolves with what the task returns', async () => {
  expect(await makePool(1).applyAsync(named('double'), [21])).toBe(42);
});

test('arguments and results arrive as they left', async () => {
  const value = {
    buffer: Buffer.from('bytes'),
    map: new Map([['k', new Set([1])]]),
    date: new Date(0),
    big: 2n ** 70n,
    typed: new Float64Array([0.5]),
    nothing: undefined,
    error: new RangeError('as a value'),
  };
  const arrived = await makePool(1).applyAsync(named('echo'), [value]);
  expect(arrived).toEqual(value);
  expect(Buffer.isBuffer((arrived as typeof value).buffer)).toBe(true);
});

test('a message of many megabytes arrives', async () => {
  const large = Buffer.alloc(64 * 1024 * 1024, 7);
  expect(large.equals((await makePool(1).applyAsync(named('echo'), [large])) as Buffer)).toBe(true);
});

test('workers are forked only for work that waits, and never more than the size', async () => {
  const pool = makePool(5);
  expect(pool.pids).toEqual([]);
  await Promise.all([1, 2, 3].map(() => pool.applyAsync(named('wait'), [50])));
  expect(pool.pids).toHaveLength(3);
  await pool.applyAsync(named('pid'), []);
  expect(pool.pids).toHaveLength(3);
  await Promise.all(Array.from({ length: 20 }, () => pool.applyAsync(named('wait'), [5])));
  expect(pool.pids).toHaveLength(5);
  expect(pool.size).toBe(5);
});

test('no task waits behind a long one while another worker is free', async () => {
  const pool = makePool(2);
  await Promise.all([pool.applyAsync(named('wait'), [1]), pool.applyAsync(named('wait'), [1])]);
  const long = pool.applyAsync(named('wait'), [30_000]);
  const short = Promise.all(Array.from({ length: 20 }, () => pool.applyAsync(named('double'), [1]))).then(
    () => 'short',
  );
  expect(await Promise.race([long, short])).toBe('short');
});

test('a failure arrives as an error with class, code, path, cause and remote stack', async () => {
  const failure: unknown = await makePool(1)
    .applyAsync(named('fail'), [])
    .catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(TypeError);
  expect(failure).toMatchObject({ message: 'cannot read', code: 'EREAD', path: '/tmp/x' });
  expect(failure).toMatchObject({
    cause: { message: 'disk on fire', code: 'EIO', errno: -5, syscall: 'read' },
  });
  expect((failure as Error).stack).toContain('tasks.js');
});

const refused: [title: string, run: (pool: Pool) => Promise<unknown>, message: RegExp][] = [
  [
    'an argument that cannot be cloned',
    pool => pool.applyAsync(named('echo'), [() => 1]),
    /could not be cloned/,
  ],
  ['a result that cannot be cloned', pool => pool.applyAsync(named('aFunction'), []), /could not be cloned/],
  ['a thrown value that is no error', pool => pool.applyAsync(named('throwValue'), []), /"answer":42/],
  ['a missing export', pool => pool.applyAsync(task(module, 'absent'), []), /no function named absent/],
  ['a missing module', pool => pool.applyAsync(task(new URL('./absent.js', module), 'x'), []), /absent\.js/],
  [
    'an item of map that cannot be cloned',
    pool => pool.map(named('echo'), [1, () => 1]),
    /could not be cloned/,
  ],
  [
    'a result of map that cannot be cloned',
    pool => pool.map(named('aFunction'), [1, 2]),
    /could not be cloned/,
  ],
];
for (const [title, run, message] of refused) {
  test(`${title} rejects its own promise, and the pool goes on`, async () => {
    const pool = makePool(1);
    await expect(run(pool)).rejects.toThrow(message);
    expect(await pool.applyAsync(named('double'), [4])).toBe(8);
    expect(pool.pids).toHaveLength(1);
  });
}

const deaths: [title: string, run: (pool: Pool) => Promise<unknown>, ending: object][] = [
  ['process.exit in a task', pool => pool.applyAsync(named('exitWith'), [3]), { exitCode: 3, signal: null }],
  ['process.exit in a map', pool => pool.map(named('exitWith'), [4, 4]), { exitCode: 4, signal: null }],
  ['an error thrown beside the task', pool => pool.applyAsync(named('crashBeside'), []), { exitCode: 1 }],
];
for (const [title, run, ending] of deaths) {
  test(`${title} rejects the task with WorkerLostError, and the worker is replaced`, async () => {
    const pool = makePool(1);
    const beside = Promise.all([
      run(pool).catch((error: unknown) => error),
      pool.applyAsync(named('double'), [4]),
    ]);
    const [error, result] = await beside;
    expect(error).toBeInstanceOf(WorkerLostError);
    expect(error).toMatchObject({ code: 'WORKER_LOST', ...ending });
    expect(result).toBe(8);
  });
}

test('WorkerLostError carries pid, signal, task, and what the worker said last', async () => {
  const pool = makePool(1);
  const killed = pool.applyAsync(named('wait'), [10_000]).catch((error: unknown) => error);
  const [pid = Number.NaN] = pool.pids;
  process.kill(pid, 'SIGKILL');
  expect(await killed).toMatchObject({ pid, signal: 'SIGKILL', exitCode: null, task: { export: 'wait' } });
  expect(await pool.applyAsync(named('crashBeside'), []).catch((error: Error) => error.cause)).toMatchObject({
    message: 'thrown beside the task',
  });
});

test('a worker out of memory is lost, the others are unharmed', async () => {
  const pool = makePool(2, { execArgv: ['--max-old-space-size=32'], stdio: 'ignore' });
  const [eaten, doubled] = await Promise.allSettled([
    pool.applyAsync(named('eatMemory'), []),
    pool.map(named('double'), [1, 2, 3]),
  ]);
  expect(eaten).toMatchObject({ status: 'rejected', reason: { code: 'WORKER_LOST' } });
  expect(doubled).toMatchObject({ value: [2, 4, 6] });
});

test('the initializer runs in every worker before its first task, replacements too', async () => {
  const pool = makePool(2, { initializer: named('initialize'), initargs: ['ready'] });
  expect(await pool.map(named('initializedWith'), [1, 2, 3, 4])).toEqual([
    'ready',
    'ready',
    'ready',
    'ready',
  ]);
  for (const pid of pool.pids) process.kill(pid, 'SIGKILL');
  await until('both are gone', () => pool.pids.length === 0);
  expect(await pool.applyAsync(named('initializedWith'), [])).toBe('ready');
});

test('an initializer that fails is one error for all that waits, not a loop of forks', async () => {
  const pool = makePool(2, { initializer: named('failToInitialize') });
  const all = await Promise.allSettled(
    Array.from({ length: 100 }, () => pool.applyAsync(named('double'), [1])),
  );
  for (const outcome of all) {
    const reason: unknown = outcome.status === 'rejected' ? outcome.reason : undefined;
    expect(reason).toBeInstanceOf(WorkerStartError);
    expect(reason).toMatchObject({ cause: { message: 'no initializer today' } });
  }
  await until('no worker is left', () => pool.pids.length === 0);
});

test('options that Node refuses are one error too', async () => {
  const pool = makePool(1, { execArgv: ['--no-such-option'], stdio: 'ignore' });
  await expect(pool.map(named('double'), [1, 2, 3])).rejects.toThrow(WorkerStartError);
});

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

test('an abort drops a task that waits', async () => {
  const pool = makePool(1);
  const abort = new AbortController();
  const first = pool.applyAsync(named('wait'), [50]);
  const dropped = pool.applyAsync(named('wait'), [10_000], { signal: abort.signal });
  abort.abort(new Error('enough'));
  await expect(dropped).rejects.toThrow('enough');
  expect(await first).toBe(50);
  await expect(pool.applyAsync(named('pid'), [], { signal: abort.signal })).rejects.toThrow('enough');
});

test('an abort ends and replaces the worker that runs the task, also where it blocks', async () => {
  const pool = makePool(1);
  const before = await pool.applyAsync(named('pid'), []);
  const blocked = pool.applyAsync(named('block'), [60_000], { signal: AbortSignal.timeout(100) });
  await expect(blocked).rejects.toMatchObject({ name: 'TimeoutError' });
  expect(isRunning(before)).toBe(false);
  expect(await pool.applyAsync(named('pid'), [])).not.toBe(before);
});

test('terminate rejects what is open and leaves no process, also where a task ignores SIGTERM', async () => {
  const pool = makePool(2);
  const started = new Queue<number>();
  const open = [
    pool.applyAsync(named('ignoreSigterm'), [started]),
    pool.applyAsync(named('block'), [60_000]),
    pool.applyAsync(named('double'), [1]),
    pool.map(named('double'), [1]),
  ].map(promise => promise.catch((error: unknown) => error));
  await started.get();
  const { pids } = pool;
  await pool.terminate(100);
  for (const error of await Promise.all(open)) expect(error).toBeInstanceOf(Terminated);
  expect(pids.filter(isRunning)).toEqual([]);
  expect(pool.pids).toEqual([]);
});

test('terminate during start-up leaves no process', async () => {
  const pool = makePool(4);
  void pool.map(named('double'), [1, 2, 3, 4]); // not awaited: terminate is no unhandled rejection
  const { pids } = pool;
  await pool.terminate();
  expect(pids).toHaveLength(4);
  expect(pids.filter(isRunning)).toEqual([]);
});

test('close lets open tasks finish, refuses more, and join waits for all', async () => {
  const pool = makePool(2);
  await expect(pool.join()).rejects.toThrow(StateError);
  const open = pool.imap(named('wait'), [50, 1, 1]);
  pool.close();
  expect(() => pool.applyAsync(named('double'), [1])).toThrow(Closed);
  expect(() => pool.map(named('double'), [1])).toThrow(Closed);
  expect(() => pool.imap(named('double'), [1])).toThrow(Closed);
  expect(await collect(open)).toEqual([50, 1, 1]);
  await pool.join();
  expect(pool.pids).toEqual([]);
});

test('await using terminates at the end of the block', async () => {
  const { pids } = await usePool();
  expect(pids).toHaveLength(1);
  expect(pids.filter(isRunning)).toEqual([]);
});

async function usePool(): Promise<{ pids: number[] }> {
  await using pool = new Pool(1);
  await pool.applyAsync(named('double'), [1]);
  return { pids: pool.pids };
}

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

for (const size of [0, -1, 1.5, Number.NaN]) {
  test(`a pool of ${size} is refused`, () => {
    expect(() => new Pool(size)).toThrow(RangeError);
  });
}

async function collect<T>(results: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const result of results) list.push(result);
  return list;
}
