import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { compareTrees } from '../helpers/compare-trees.js';
import { isRoot } from '../helpers/copies.js';
import { makeTree } from '../helpers/make-tree.js';
import { runCommand } from '../helpers/run-command.js';
import { treeSnapshot } from '../helpers/tree-snapshot.js';
import { command, quoted, runShell } from './run-shell.js';

// Every call with which the parent of a run changes names: killed just before each of them, one run for each.
const points: [call: string, times: number, where: 'new' | 'standing'][] = [
  ['mkdir', 2, 'new'],
  ['link', 1, 'new'],
  ['unlink', 3, 'new'],
  ['rename', 5, 'new'],
  ['link', 1, 'standing'],
  ['unlink', 2, 'standing'],
  ['rename', 2, 'standing'],
];

for (const [call, times, where] of points) {
  for (let time = 1; time <= times; time++) {
    test(`killed before ${call} number ${time}, ${where} destination: the next run completes it and leaves nothing else`, async () => {
      const { source, destination } = makePlaces(where === 'standing');
      await killedAt(`${call}:signal=SIGKILL:when=${time}`, source, destination);
      if (where === 'new' && existsSync(destination)) expectWhole(source, destination);
      await expectCompleted(source, destination);
    });
  }
}

test('the points are all there are: one more of each, and the run comes to its end', async () => {
  for (const [call, times, where] of points) {
    const { source, destination } = makePlaces(where === 'standing');
    const run = await killedAt(`${call}:signal=SIGKILL:when=${times + 1}`, source, destination);
    expect({ call, where, status: run.status }).toEqual({ call, where, status: 0 });
  }
});

test('a worker is killed as it finishes the root, which has its last name by then: another one does it', async () => {
  const source = makeTree([{ path: 'a', kind: 'file', content: 'x' }]);
  const destination = join(dirname(source), 'copy');
  const log = join(dirname(source), 'calls');
  const fault = 'utimensat:signal=SIGKILL:when=2';
  const run = await killedAt(fault, source, destination, ['-f', '-o', quoted(log)]);
  expect(run.status).toBe(0);
  expect(readFileSync(log, 'utf8')).toContain('+++ killed by SIGKILL +++');
  expect(compareTrees(source, destination)).toEqual([]);
});

/** With one worker, so that the claim is written anew once. */
function killedAt(
  fault: string,
  source: string,
  destination: string,
  options: readonly string[] = [],
): ReturnType<typeof runShell> {
  const strace = `strace -qq -o /dev/null ${options.join(' ')} -e trace=${fault.split(':')[0]} -e inject=${fault} --`;
  return runShell(`${strace} ${command} --workers 1 ${quoted(source)} ${quoted(destination)}`);
}

function makePlaces(isStanding: boolean): { source: string; destination: string } {
  const source = makeTree([
    { path: 'a', kind: 'file', size: 3000 },
    { path: 'folder/b', kind: 'file', size: 3000 },
    { path: 'folder/c', kind: 'hardlink', to: 'a' },
    // As root: what is begun stays ours until it has its last name.
    { path: '.', kind: 'folder', ...(isRoot && { owner: { uid: 65534, gid: 65534 } }) },
  ]);
  const destination = join(dirname(source), 'copy');
  if (isStanding) mkdirSync(destination);
  return { source, destination };
}

/** But for the root's mode and time, and what is ours in it. */
function expectWhole(source: string, destination: string): void {
  const inside = (root: string) =>
    new Map([...treeSnapshot(root)].filter(([path]) => path !== '' && !path.startsWith('.folder-copy.')));
  expect(compareTrees(inside(source), inside(destination))).toEqual([]);
}

async function expectCompleted(source: string, destination: string): Promise<void> {
  const result = await runCommand([source, destination]);
  expect(result).toMatchObject({ status: 0, stderr: '' });
  expect(compareTrees(source, destination)).toEqual([]);
  expect(existsSync(`${destination}.partial`)).toBe(false);
}
