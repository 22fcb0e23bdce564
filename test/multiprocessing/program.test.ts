import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { Pool, type PoolOptions, task, WorkerStartError } from '../../src/multiprocessing/index.js';
import type { ProcessKind } from '../../src/multiprocessing/process/fork.js';
import { Spare } from '../../src/multiprocessing/process/spare.js';
import { processesOf } from '../helpers/processes.js';
import { until } from '../helpers/running.js';
import type { pid } from './tasks.js';

const program = new URL('./own-program.js', import.meta.url);
const countRuns = task<() => number>(program, 'countRuns');
const pidTask = task<typeof pid>(new URL('./tasks.js', import.meta.url), 'pid');

function makePool(options: PoolOptions): Pool {
  const pool = new Pool(1, options);
  onTestFinished(() => pool.terminate(0));
  return pool;
}

/** Every one differs from those of the other tests. */
function kind(name: string): ProcessKind {
  return { program: fileURLToPath(program), stdio: 'ignore', execArgv: [], env: { NAME: name } };
}

const children = () => processesOf(process.pid).filter(pid => pid !== process.pid);

test('workers run the program of their pool, and find its tasks in it', async () => {
  const pool = makePool({ program });
  expect(await pool.applyAsync(countRuns, [])).toBe(1);
  expect(await pool.applyAsync(countRuns, [])).toBe(2);
});

test('such a worker loads the modules of other tasks as any does', async () => {
  const pool = makePool({ program });
  expect(await pool.applyAsync(pidTask, [])).toBe(pool.pids[0]);
});

test('a task that the program does not have is rejected', async () => {
  const missing = task<() => number>(program, 'missing');
  await expect(makePool({ program }).applyAsync(missing, [])).rejects.toThrow(TypeError);
});

test('a program that is no file is refused, one that is not there cannot start', async () => {
  expect(() => new Pool(1, { program: 'own-program.js' })).toThrow(TypeError);
  const pool = makePool({ program: new URL('./missing.js', import.meta.url), stdio: 'ignore' });
  await expect(pool.applyAsync(countRuns, [])).rejects.toThrow(WorkerStartError);
});

test('a pool takes the process that was forked ahead for it, and no other pool does', async () => {
  const ahead = kind('taken');
  const before = new Set(children());
  const spare = new Spare(ahead);
  const [forked] = children().filter(pid => !before.has(pid));
  const other = makePool({ ...ahead, env: { NAME: 'other' }, spare });
  expect(await other.applyAsync(pidTask, [])).not.toBe(forked);
  const first = makePool({ ...ahead, spare });
  expect(await first.applyAsync(pidTask, [])).toBe(forked);
  const second = makePool({ ...ahead, spare });
  expect(await second.applyAsync(pidTask, [])).not.toBe(forked);
});

test('a process that was forked ahead and has died is not taken', async () => {
  const ahead = kind('dead');
  const before = new Set(children());
  const spare = new Spare(ahead);
  const [forked = Number.NaN] = children().filter(pid => !before.has(pid));
  process.kill(forked, 'SIGKILL');
  await until('Node has heard of its end', () => !existsSync(`/proc/${forked}`));
  expect(await makePool({ ...ahead, spare }).applyAsync(countRuns, [])).toBe(1);
});
