import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { compareTrees } from './helpers/compare-trees.js';
import { killIfThere, waitForNoProcesses } from './helpers/processes.js';
import { startCommand } from './helpers/run-command.js';
import { files, limited, mostChildren, scene, untilCopying } from './workers-scene.js';

/** A byte a system call's buffer: so slow that a run can be met in the middle, at work all the time. */
const slowly = ['--chunk-size', '1', '--reflink', 'never'];

const pools: [workers: number, count: number, size: number, children: number][] = [
  [2, 3000, 4000, 2],
  [5, 3000, 4000, 5],
  [1, 400, 30_000, 1],
  [5, 3, 4_000_000, 3],
  [64, 3, 4_000_000, 3],
  [5, 8, 2_000_000, 5],
];

for (const [workers, count, size, children] of pools) {
  test(`${count} files of ${size} bytes and a pool of ${workers}: ${children} child processes, never more, and none afterwards`, async () => {
    const { source, destination } = scene(files(count, size));
    const run = startCommand(['-w', String(workers), ...limited, source, destination]);
    const seenMost = mostChildren(run);
    while (run.descendants().length < children && run.child.exitCode === null) await delay(5);
    // As long as it takes to add another one, and longer.
    await delay(2000);
    run.child.kill('SIGTERM');
    expect(await run.finished).toMatchObject({ signal: 'SIGTERM' });
    expect(run.processes()).toEqual([]);
    expect(await seenMost).toBe(children);
  });
}

test('SIGKILL of the command ends a worker in the middle of one large file', async () => {
  const place = scene([{ kind: 'file', path: 'large.bin', size: 500_000_000 }]);
  const run = startCommand([...slowly, place.source, place.destination]);
  await untilCopying(run, place, 1);
  process.kill(run.pid, 'SIGKILL');
  await waitForNoProcesses(run.processes, 5000);
});

for (const workers of [1, 2, 5]) {
  test(`a worker killed in mid-copy costs nothing: a pool of ${workers} ends with every file copied`, async () => {
    const place = scene(files(3000, 300));
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
  // Where starting takes long, some are killed before they have started: then the run goes on with fewer, and says so once.
  const lost = lines.filter(line => !/ fewer workers/.test(line));
  expect(lost.filter(line => !line.endsWith(' (WORKER_LOST)'))).toEqual([]);
  expect(lines.length - lost.length).toBeLessThan(2);
  expect(new Set(lines).size).toBe(lines.length);
  expect(run.processes()).toEqual([]);
});
