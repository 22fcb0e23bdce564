import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { makeTree } from './helpers/make-tree.js';
import { waitForNoProcesses } from './helpers/processes.js';
import { startCommand } from './helpers/run-command.js';
import { files, limited, long, mostChildren, scene, untilCopying } from './workers-scene.js';

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
  await waitForNoProcesses(run.processes, 5000);
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

const signals: [signal: NodeJS.Signals, to: 'the command' | 'its whole group'][] = [
  ['SIGINT', 'the command'],
  ['SIGTERM', 'the command'],
  ['SIGHUP', 'the command'],
  // What a terminal does at Ctrl-C.
  ['SIGINT', 'its whole group'],
];

for (const [signal, to] of signals) {
  test(`${signal} to ${to} ends it by that signal, quickly, its workers first`, async () => {
    const place = long();
    const run = startCommand(['-w', '5', ...limited, place.source, place.destination]);
    await untilCopying(run, place, 5);
    const from = Date.now();
    // The command last: it would end the others before their turn.
    for (const pid of to === 'the command' ? [run.pid] : run.processes().toReversed())
      process.kill(pid, signal);
    expect(await run.finished).toMatchObject({
      status: null,
      signal,
      stderr: expect.stringMatching(
        new RegExp(`: stopping\\n.*run the same command again to resume \\(${signal}\\)\\n$`),
      ),
    });
    // Where it is, as far as it has come.
    expect(run.output().stdout).toContain(` -> ${place.destination}.partial\n`);
    expect(run.processes()).toEqual([]);
    expect(Date.now() - from).toBeLessThan(5000);
  });
}

test('SIGKILL of the command ends its workers soon', async () => {
  const place = long();
  const run = startCommand(['-w', '5', ...limited, place.source, place.destination]);
  await untilCopying(run, place, 5);
  process.kill(run.pid, 'SIGKILL');
  await waitForNoProcesses(run.processes, 5000);
});
