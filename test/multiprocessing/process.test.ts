import { expect, test } from 'vitest';
import { Process, Queue, StateError, task } from '../../src/multiprocessing/index.js';
import type * as tasks from './tasks.js';

const module = new URL('./tasks.js', import.meta.url);
const named = <K extends keyof typeof tasks>(name: K) => task<(typeof tasks)[K]>(module, name);

test('a process runs its target and ends with 0', async () => {
  const queue = new Queue<unknown>();
  const child = new Process({ target: named('produce'), args: [queue, 1, 2] });
  expect([child.pid, child.exitCode, child.isAlive()]).toEqual([null, null, false]);
  child.start();
  expect(child.isAlive()).toBe(true);
  expect(child.pid).toBeGreaterThan(0);
  expect(await child.join()).toBe(true);
  expect([child.exitCode, child.isAlive(), await queue.qsize()]).toEqual([0, false, 2]);
});

test('names count, and can be set', () => {
  const first = new Process({ target: named('nothing') });
  const second = new Process({ target: named('nothing') });
  expect(Number(second.name.split('-')[1])).toBe(Number(first.name.split('-')[1]) + 1);
  expect(first.name).toMatch(/^Process-\d+$/);
  second.name = 'doubler';
  expect(second.name).toBe('doubler');
  expect(new Process({ target: named('nothing'), name: 'given' }).name).toBe('given');
});

const endings: [title: string, run: (child: Process) => void, target: () => Process, exitCode: number][] = [
  ['process.exit(3)', () => {}, () => new Process({ target: named('exitWith'), args: [3] }), 3],
  ['a target that throws', () => {}, () => new Process({ target: named('fail') }), 1],
  [
    'terminate',
    child => child.terminate(),
    () => new Process({ target: named('block'), args: [60_000] }),
    -15,
  ],
  ['kill', child => child.kill(), () => new Process({ target: named('wait'), args: [60_000] }), -9],
];
for (const [title, run, make, exitCode] of endings) {
  test(`${title} gives exit code ${exitCode}`, async () => {
    const child = make();
    child.start();
    run(child);
    await child.join();
    expect(child.exitCode).toBe(exitCode);
  });
}

test('what a target fails with is kept', async () => {
  const child = new Process({ target: named('fail') });
  child.start();
  await child.join();
  expect(child.error).toMatchObject({ message: 'cannot read', code: 'EREAD', cause: { code: 'EIO' } });
});

test('terminate ends for good a process that ignores SIGTERM', async () => {
  const started = new Queue<number>();
  const child = new Process({ target: named('ignoreSigterm'), args: [started] });
  child.start();
  await started.get();
  child.terminate(100);
  await child.join();
  expect(child.exitCode).toBe(-9);
});

test('join gives up after its timeout and says so', async () => {
  const child = new Process({ target: named('wait'), args: [60_000] });
  child.start();
  expect(await child.join(20)).toBe(false);
  expect(child.isAlive()).toBe(true);
  child.kill();
  expect(await child.join(5000)).toBe(true);
});

test('starting twice and joining before the start are refused', async () => {
  const child = new Process({ target: named('nothing') });
  await expect(child.join()).rejects.toThrow(StateError);
  expect(() => child.terminate()).toThrow(StateError);
  child.start();
  expect(() => child.start()).toThrow(StateError);
  await child.join();
  expect(() => child.start()).toThrow(StateError);
});

test('arguments that cannot be sent are refused at the start, and no process stays', async () => {
  const child = new Process({ target: named('echo'), args: [() => 1] });
  expect(() => child.start()).toThrow(/could not be cloned/);
  expect(child.isAlive()).toBe(false);
});
