import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { compareTrees } from './helpers/compare-trees.js';
import { makeTree } from './helpers/make-tree.js';
import { catches, killIfThere, waitForNoProcesses } from './helpers/processes.js';
import { type RunningCommand, startCommand } from './helpers/run-command.js';
import { scratchFolder } from './helpers/scratch-folder.js';
import type { TreeEntry } from './helpers/tree-description.js';

const memory = '/dev/shm';
/** A byte a system call's buffer: so slow that a run can be watched, and met in the middle. */
const slowly = ['--chunk-size', '1', '--reflink', 'never'];

function files(count: number, size: number): TreeEntry[] {
  return Array.from({ length: count }, (_, index) => {
    return { kind: 'file', path: `${index % 10}/${index}.bin`, size };
  });
}

interface Scene {
  source: string;
  destination: string;
}

function scene(entries: TreeEntry[]): Scene {
  const scratch = scratchFolder(memory);
  return { source: makeTree(entries, join(scratch, 'source')), destination: join(scratch, 'copy') };
}

/** So few bytes a second that a batch takes its time on any machine: then more workers are worth their start. */
const limited = ['--bwlimit', '100k'];
/** Half a minute with such a limit, for runs that are stopped: each of five workers comes, on a busy machine too. */
const many = files(3000, 1000);
const long = (): Scene => scene(many);

/** The most children at a time, looked for until the run has ended. */
async function mostChildren(run: RunningCommand): Promise<number> {
  let ended = false;
  void run.finished.finally(() => (ended = true));
  let most = 0;
  while (!ended) {
    most = Math.max(most, run.descendants().length);
    await delay(2);
  }
  return most;
}

async function untilCopying(run: RunningCommand, { destination }: Scene, workers: number): Promise<void> {
  const begun = (): boolean => {
    try {
      return readdirSync(`${destination}.partial`, { recursive: true }).some(name =>
        String(name).includes('.bin'),
      );
    } catch {
      return false;
    }
  };
  // A worker has a handler for SIGHUP once it has started.
  const started = () => run.descendants().filter(pid => catches(pid, 'SIGHUP'));
  while (!begun() || started().length < workers) {
    if (run.child.exitCode !== null) throw new Error(`ended too soon: ${JSON.stringify(run.output())}`);
    await delay(5);
  }
}

for (const workers of [2, 5]) {
  test(`many files and a pool of ${workers} are ${workers} child processes, never more, and none afterwards`, async () => {
    const { source, destination } = long();
    const run = startCommand(['-w', String(workers), ...limited, source, destination]);
    const seenMost = mostChildren(run);
    while (run.descendants().length < workers && run.child.exitCode === null) await delay(5);
    // As long as it takes to add another one, and longer.
    await delay(2000);
    run.child.kill('SIGTERM');
    expect(await run.finished).toMatchObject({ status: 143 });
    expect(run.processes()).toEqual([]);
    expect(await seenMost).toBe(workers);
  });
}

const small: [workers: number, entries: TreeEntry[], atMost: number][] = [
  [1, files(400, 12_000), 1],
  [5, files(3, 1_000_000), 3],
  [64, files(3, 1_000_000), 3],
];

for (const [workers, entries, atMost] of small) {
  test(`${entries.length} files and a pool of ${workers} are at most ${atMost} child processes, and none afterwards`, async () => {
    const { source, destination } = scene(entries);
    const run = startCommand(['-w', String(workers), ...slowly, source, destination]);
    const most = await mostChildren(run);
    expect(await run.finished).toMatchObject({ status: 0, stderr: '' });
    expect(run.processes()).toEqual([]);
    expect(most).toBeLessThanOrEqual(atMost);
    // Three files may be one batch.
    expect(most).toBeGreaterThan(0);
  });
}

test('an empty folder needs no more than one child process', async () => {
  const { source, destination } = scene([]);
  const run = startCommand([source, destination]);
  expect(await mostChildren(run)).toBeLessThanOrEqual(1);
  expect(await run.finished).toMatchObject({ status: 0 });
  expect(run.processes()).toEqual([]);
});

test('a refusal ends the process that was forked ahead, if there is one', async () => {
  const { source } = scene(files(3, 10));
  const run = startCommand([source, join(source, 'copy')]);
  expect(await mostChildren(run)).toBeLessThanOrEqual(1);
  expect(await run.finished).toMatchObject({ status: 2 });
  // Killed by the command as it exits, which does not wait for it.
  await waitForNoProcesses(run.processes, 1000);
});

test('a command that is killed while it loads leaves no process', async () => {
  const { source, destination } = scene(files(3, 10));
  for (const afterMs of [20, 25, 30, 40, 60]) {
    const run = startCommand([source, destination]);
    await delay(afterMs);
    run.child.kill('SIGKILL');
    await run.finished;
    await waitForNoProcesses(run.processes);
  }
});

test('failures leave no process behind', async () => {
  const { source, destination } = scene(files(100, 10));
  makeTree([{ kind: 'file', path: '0/0.bin/in the way', content: '' }], destination);
  const run = startCommand([source, destination]);
  const { status, stderr } = await run.finished;
  expect({ status, stderr }).toEqual({
    status: 1,
    stderr: expect.stringMatching(/0\/0\.bin: .*\(ENOTEMPTY\)\n$/),
  });
  expect(run.processes()).toEqual([]);
});

const signals: [signal: NodeJS.Signals, to: 'the command' | 'its whole group', status: number][] = [
  ['SIGINT', 'the command', 130],
  ['SIGTERM', 'the command', 143],
  ['SIGHUP', 'the command', 129],
  // What a terminal does at Ctrl-C.
  ['SIGINT', 'its whole group', 130],
];

for (const [signal, to, status] of signals) {
  test(`${signal} to ${to} ends it with ${status}, quickly, its workers first`, async () => {
    const place = long();
    const run = startCommand(['-w', '5', ...limited, place.source, place.destination]);
    await untilCopying(run, place, 5);
    const from = Date.now();
    // The command last: it would end the others before their turn.
    for (const pid of to === 'the command' ? [run.pid] : run.processes().toReversed())
      process.kill(pid, signal);
    expect(await run.finished).toMatchObject({
      status,
      signal: null,
      stderr: expect.stringMatching(
        new RegExp(`: stopping\\n.*run the same command again to resume \\(${signal}\\)\\n$`),
      ),
    });
    expect(run.processes()).toEqual([]);
    expect(Date.now() - from).toBeLessThan(5000);
  });
}

test('SIGKILL of the command ends its workers within a second', async () => {
  const place = long();
  const run = startCommand(['-w', '5', ...limited, place.source, place.destination]);
  await untilCopying(run, place, 5);
  process.kill(run.pid, 'SIGKILL');
  await waitForNoProcesses(run.processes, 1000);
});

test('SIGKILL of the command ends a worker in the middle of one large file', async () => {
  const place = scene([{ kind: 'file', path: 'large.bin', size: 50_000_000 }]);
  const run = startCommand([...slowly, place.source, place.destination]);
  await untilCopying(run, place, 1);
  process.kill(run.pid, 'SIGKILL');
  await waitForNoProcesses(run.processes, 1000);
});

for (const workers of [1, 2, 5]) {
  test(`a worker killed in mid-copy costs nothing: a pool of ${workers} ends with every file copied`, async () => {
    const place = scene(files(3000, workers > 2 ? 200 : 100));
    const run = startCommand(['-w', String(workers), ...limited, place.source, place.destination]);
    // One of several: all five are not needed for that, and may be late on a busy machine.
    await untilCopying(run, place, Math.min(workers, 3));
    const [victim] = run.descendants();
    if (victim === undefined) throw new Error('there is no worker');
    process.kill(victim, 'SIGKILL');
    expect(await run.finished).toMatchObject({ status: 0, stderr: '' });
    expect(compareTrees(place.source, place.destination, { times: 'us' })).toEqual([]);
    expect(run.processes()).toEqual([]);
  });
}

test('workers that are killed one and all, again and again, bring it to an end that names what is lost', async () => {
  const place = scene(files(8, 10_000_000));
  const run = startCommand(['-w', '2', ...slowly, place.source, place.destination]);
  let ended = false;
  void run.finished.finally(() => (ended = true));
  while (!ended) {
    for (const pid of run.descendants()) killIfThere(pid, 'SIGKILL');
    await delay(50);
  }
  const { status, stderr } = await run.finished;
  expect(status).toBe(1);
  const lines = stderr.trimEnd().split('\n');
  expect(lines.every(line => line.endsWith(' (WORKER_LOST)'))).toBe(true);
  expect(new Set(lines).size).toBe(lines.length);
  expect(run.processes()).toEqual([]);
});
