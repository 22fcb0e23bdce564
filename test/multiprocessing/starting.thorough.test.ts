import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, expect, onTestFinished, test } from 'vitest';
import { Process, task, WorkerStartError } from '../../src/multiprocessing/index.js';
import { compareTrees } from '../helpers/compare-trees.js';
import { programsForOthers } from '../helpers/for-others.js';
import { makeTree } from '../helpers/make-tree.js';
import { needs } from '../helpers/needs.js';
import { isRunning } from '../helpers/processes.js';
import { commandEnvironment } from '../helpers/run-command.js';
import { scratchFolder } from '../helpers/scratch-folder.js';
import { shell } from '../helpers/shell.js';
import { pidAfter, poolOf } from './starting-scene.js';
import type { double } from './tasks.js';

test('a worker that hangs in its start is ended, and what it was sent goes to others', async () => {
  const { pool, givenUp } = poolOf(3, 1, 'hang');
  const all = Promise.all(Array.from({ length: 6 }, () => pool.applyAsync(pidAfter, [1])));
  const { pids } = pool;
  expect(pids.length).toBe(3);
  expect(new Set(await all).size).toBe(1);
  expect(pids.filter(isRunning)).toEqual(pool.pids);
  expect(givenUp).toEqual([expect.any(WorkerStartError)]);
  expect(givenUp[0]?.message).toMatch(/^worker \d+ did not start within 10 seconds/);
});

test('where all hang the tasks are rejected', async () => {
  const { pool } = poolOf(2, 0, 'hang');
  const all = [1, 2, 3].map(() => pool.applyAsync(pidAfter, [1]).catch((error: unknown) => error));
  const { pids } = pool;
  for (const error of await Promise.all(all)) expect(error).toBeInstanceOf(WorkerStartError);
  expect(pids.filter(isRunning)).toEqual([]);
});

test('a Process that hangs in its start is ended, and tells why', async () => {
  const hang = join(scratchFolder(), 'hang.cjs');
  writeFileSync(hang, 'Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);');
  const { NODE_OPTIONS: before = '' } = process.env;
  process.env.NODE_OPTIONS = `--require ${hang}`;
  onTestFinished(() => {
    process.env.NODE_OPTIONS = before;
  });
  const target = task<typeof double>(new URL('./tasks.js', import.meta.url), 'double');
  const child = new Process({ target, args: [1] });
  child.start();
  await child.join();
  expect(child.exitCode).toBe(-9);
  expect(child.error).toBeInstanceOf(WorkerStartError);
});

describe('the command under a limit on processes', needs('root', 'setpriv', 'bash'), () => {
  /** Not one that other tests run as: the limit counts all that a user has. */
  const uid = 54_321;

  async function limited(most: number, source: string, copy: string) {
    const command = `ulimit -c 0; ulimit -u ${most}; exec "$@"`;
    const user = ['--reuid', String(uid), '--regid', String(uid), '--clear-groups'];
    const { node, command: program } = programsForOthers();
    const words = [node, program, '-w', '5', source, copy];
    const child = spawn('setpriv', [...user, 'bash', '-c', command, 'bash', ...words], {
      env: commandEnvironment({ HOME: '/' }),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    onTestFinished(() => void child.kill('SIGKILL'));
    const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
    return { status: child.exitCode, signal: child.signalCode, stdout, stderr };
  }

  function place(): { source: string; copy: string } {
    const source = makeTree(
      Array.from({ length: 600 }, (_, n) => ({ path: `${n}`, kind: 'file', size: 3000 })),
    );
    shell(source, `chown -R ${uid}:${uid} .`);
    chmodSync(dirname(source), 0o777);
    return { source, copy: join(dirname(source), 'copy') };
  }

  for (const most of [10, 15, 20, 25, 30, 40]) {
    test(`of ${most} ends with a whole copy or in one line`, async () => {
      const { source, copy } = place();
      const { status, signal, stderr } = await limited(most, source, copy);
      expect(signal).toBe(null);
      expect(processesAs(uid)).toEqual([]);
      const lines = stderr.split('\n').filter(line => line !== '');
      expect(lines.length).toBeLessThanOrEqual(1);
      if (status === 0) {
        expect(stderr === '' || stderr.includes('continuing with fewer workers')).toBe(true);
        expect(compareTrees(source, copy, { owners: false })).toEqual([]);
      } else {
        expect(status).toBe(1);
        expect(stderr).toMatch(/no worker could be started: .*\(WORKER_LOST\)$/m);
      }
    });
  }
});

function processesAs(uid: number): number[] {
  const pids = readdirSync('/proc').filter(name => /^\d+$/.test(name));
  return pids
    .map(Number)
    .filter(pid => isRunning(pid) && statSync(`/proc/${pid}`, { throwIfNoEntry: false })?.uid === uid);
}
