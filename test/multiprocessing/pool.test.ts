import { expect, test } from 'vitest';
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
import { collect, makePool, module, named } from './pool-scene.js';

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

for (const size of [0, -1, 1.5, Number.NaN]) {
  test(`a pool of ${size} is refused`, () => {
    expect(() => new Pool(size)).toThrow(RangeError);
  });
}
