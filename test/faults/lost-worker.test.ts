import { existsSync, mkdirSync, readdirSync, statSync, truncateSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { compareTrees } from '../helpers/compare-trees.js';
import { makeTree } from '../helpers/make-tree.js';
import { catches, killIfThere } from '../helpers/processes.js';
import { type CommandResult, type RunningCommand, runCommand, startCommand } from '../helpers/run-command.js';
import type { TreeEntry } from '../helpers/tree-description.js';

/** One batch in which the large one can be met at half, with others before and behind it. */
const entries: TreeEntry[] = [
  ...['a', 'b', 'c'].map(path => ({ path, kind: 'file', content: path }) as const),
  { path: 'm', kind: 'file', size: 4_000_000 },
  ...['x', 'y', 'z'].map(path => ({ path, kind: 'file', content: path }) as const),
];
const slowly = ['-w', '1', '--reflink', 'never', '--bwlimit', '100k', '--retries', '0'];

describe('a worker that is killed in the middle of a file, on its last try', () => {
  test('leaves none of it in a new destination, and only this file fails', async () => {
    const { source, copy } = places();
    const result = await killedInTheMiddle(startCommand([...slowly, source, copy]), `${copy}.partial`);
    expectOnlyThatFailed(result);
    expect(differences(source, copy)).toEqual(['missing: "m" (file)']);
  });

  test('leaves none of it where an earlier run is gone on with', async () => {
    const { source, copy } = places();
    const first = startCommand([...slowly, source, copy]);
    await inTheMiddle(`${copy}.partial`);
    for (const pid of first.processes()) killIfThere(pid, 'SIGKILL');
    await first.finished.catch(() => {});
    truncateSync(join(`${copy}.partial`, 'm'), 5_000_000); // so that it is seen when it is begun anew
    const rest = killedInTheMiddle(startCommand([...slowly, source, copy]), `${copy}.partial`);
    expectOnlyThatFailed(await rest);
    expect(differences(source, copy)).toEqual(['missing: "m" (file)']);
  });

  test('leaves the old file in a destination that stands', async () => {
    const { source, copy } = places();
    makeTree([{ path: 'm', kind: 'file', content: 'old' }], copy);
    const result = await killedInTheMiddle(startCommand([...slowly, source, copy]), copy);
    expectOnlyThatFailed(result);
    expect(statSync(join(copy, 'm')).size).toBe(3);
    expect(readdirSync(copy).sort()).toEqual(['a', 'b', 'c', 'm', 'x', 'y', 'z']);
  });

  test('leaves none of a file that many workers have a hand in', async () => {
    const { source, copy } = places([{ path: 'm', kind: 'file', size: 70_000_000 }, ...entries.slice(0, 3)]);
    const args = ['-w', '2', '--reflink', 'never', '--bwlimit', '1m', '--retries', '0', source, copy];
    const result = await killedInTheMiddle(startCommand(args), `${copy}.partial`, 70_000_000);
    expectOnlyThatFailed(result);
    expect(differences(source, copy)).toEqual(['missing: "m" (file)']);
  });
});

test('a worker that is killed before it has begun costs no entry its only try', async () => {
  // On a busy machine it may have started by the time that it is seen: then it is tried again.
  for (let isKilled = false; !isKilled; ) {
    const { source, copy } = places();
    const run = startCommand(['-w', '4', '--retries', '0', source, copy]);
    let ended = false;
    void run.finished.finally(() => (ended = true));
    while (!ended && !isKilled) {
      const [worker] = run.descendants();
      if (worker !== undefined) {
        killIfThere(worker, 'SIGSTOP');
        isKilled = !catches(worker, 'SIGHUP');
        killIfThere(worker, isKilled ? 'SIGKILL' : 'SIGCONT');
      }
      await delay(1);
    }
    expect(await run.finished).toMatchObject({ status: 0 });
    expect(differences(source, copy)).toEqual([]);
  }
});

test('an entry that kills each worker that takes it fails alone, and the others are copied', async () => {
  const { source, copy } = places();
  mkdirSync(copy);
  const run = startCommand([...slowly.slice(0, -2), '--retries', '1', source, copy]);
  let ended = false;
  void run.finished.finally(() => (ended = true));
  while (!ended) {
    if (isInTheMiddle(copy)) for (const pid of run.descendants()) killIfThere(pid, 'SIGKILL');
    await delay(20);
  }
  expectOnlyThatFailed(await run.finished);
  expect(differences(source, copy)).toEqual(['missing: "m" (file)']);
  expect(await runCommand(['--if-exists', 'update', source, copy])).toMatchObject({ status: 0, stderr: '' });
  expect(differences(source, copy)).toEqual([]);
});

function places(tree = entries): { source: string; copy: string } {
  const source = makeTree(tree);
  return { source, copy: join(dirname(source), 'copy') };
}

async function killedInTheMiddle(run: RunningCommand, root: string, size?: number): Promise<CommandResult> {
  await inTheMiddle(root, size);
  // One that has not started yet is at nothing.
  for (const pid of run.descendants()) if (catches(pid, 'SIGHUP')) killIfThere(pid, 'SIGKILL');
  return await run.finished;
}

async function inTheMiddle(root: string, size?: number): Promise<void> {
  const deadline = Date.now() + 30_000;
  while (!isInTheMiddle(root, size)) {
    if (Date.now() > deadline) throw new Error('the file was never seen half');
    await delay(5);
  }
}

/** Whether some of the large file is there, under whatever name, and not all of it. */
function isInTheMiddle(root: string, size = 4_000_000): boolean {
  if (!existsSync(root)) return false;
  return readdirSync(root).some(name => {
    const bytes = statSync(join(root, name), { throwIfNoEntry: false })?.size ?? 0;
    return (name === 'm' || name.startsWith('.folder-copy.')) && bytes > size / 64 && bytes < size;
  });
}

function expectOnlyThatFailed({ status, stderr }: CommandResult): void {
  expect(stderr).toMatch(/^folder-copy: \S+\/m: [^\n]* \(WORKER_LOST\)\n$/);
  expect(status).toBe(1);
}

function differences(source: string, copy: string): string[] {
  return compareTrees(source, copy).filter(line => !line.startsWith('the root: mtime'));
}
