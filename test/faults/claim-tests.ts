import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { compareTrees } from '../helpers/compare-trees.js';
import { runCommand } from '../helpers/run-command.js';
import { treeSnapshot } from '../helpers/tree-snapshot.js';
import { type Claimed, claimName, makeDeadRun, makePlaces, readClaim, startSlowly } from './dead-run.js';

/** What becomes of a run where another one's claim lies, in a destination that stands or in a new one. */
export function testClaims(isStanding: boolean): void {
  test('a second run is refused while the first lives, and told its process', async () => {
    const { source, destination, root } = makePlaces(isStanding);
    const first = await startSlowly(source, destination, root);
    const second = await runCommand([source, destination]);
    expect(second).toMatchObject({ status: 2, stdout: '' });
    expect(second.stderr).toMatch(new RegExp(`^folder-copy: .* process ${first.pid}; .* \\(EBUSY\\)\n$`));
    first.child.kill('SIGTERM');
    expect(await first.finished).toMatchObject({ signal: 'SIGTERM' });
    expect(existsSync(join(root, claimName))).toBe(false);
  });

  test('a killed run is followed, once its last worker has gone', async () => {
    const { source, destination, root } = makePlaces(isStanding);
    const first = await startSlowly(source, destination, root);
    process.kill(first.pid, 'SIGKILL');
    expect(await runCommand([source, destination])).toMatchObject({ status: 0, stderr: '' });
    expect(compareTrees(source, destination)).toEqual([]);
  });

  const takenOver: [title: string, change: (claim: Claimed) => Claimed][] = [
    ['is dead', claim => claim],
    ['is of an earlier boot', claim => ({ ...claim, ...self(), boot: 'another' })],
    ['has a number that another process has by now', claim => ({ ...claim, pid: process.pid })],
  ];
  for (const [title, change] of takenOver) {
    test(`a claim is taken over whose process ${title}`, async () => {
      const { source, destination } = await makeDeadRun(isStanding, change);
      expect(await runCommand([source, destination])).toMatchObject({ status: 0, stderr: '' });
      expect(compareTrees(source, destination)).toEqual([]);
      expect(readdirSync(dirname(destination)).sort()).toEqual(['copy', 'source']);
    });
  }

  const refused: [title: string, change: (claim: Claimed) => Claimed | string, says: RegExp][] = [
    [
      'of a process that lives',
      claim => ({ ...claim, ...self() }),
      new RegExp(`process ${process.pid}; .* \\(EBUSY\\)$`),
    ],
    [
      'of another host',
      claim => ({ ...claim, host: 'elsewhere' }),
      /on elsewhere,.* remove .*\.claim \(EBUSY\)$/,
    ],
    [
      'of another pid namespace',
      claim => ({ ...claim, pidNamespace: 'pid:[1]' }),
      /remove .*\.claim \(EBUSY\)$/,
    ],
    ['that cannot be read', () => 'no claim', /\.claim: .* remove it \(EBUSY\)$/],
    ['without its fields', () => '{"runId":"a"}', /\.claim: .* remove it \(EBUSY\)$/],
    [
      'of a run with a worker that lives',
      claim => ({ ...claim, workers: [self()] }),
      /a worker .*process \d+; .* \(EBUSY\)$/,
    ],
  ];
  for (const [title, change, says] of refused) {
    test(`a claim ${title} is refused, and nothing touched`, async () => {
      const { source, destination, root } = await makeDeadRun(isStanding, change);
      const before = treeSnapshot(root);
      const result = await runCommand([source, destination]);
      expect(result).toMatchObject({ status: 2, stdout: '' });
      expect(result.stderr.trimEnd()).toMatch(says);
      expect(compareTrees(before, root)).toEqual([]);
    });
  }

  test('a claim is taken over whose heir is dead too, and the temporary names of both go', async () => {
    const { source, destination, root } = await makeDeadRun(isStanding, claim => claim);
    const claim = readClaim(root);
    const heir = { ...claim, runId: '00000000deadbeef' };
    writeFileSync(join(root, `${claimName}.${claim.runId}`), `${JSON.stringify(heir)}\n`);
    for (const { runId } of [claim, heir]) {
      writeFileSync(join(root, `.folder-copy.${runId}.000000010000`), 'half a file');
    }
    expect(await runCommand([source, destination])).toMatchObject({ status: 0, stderr: '' });
    expect(compareTrees(source, destination)).toEqual([]);
  });
}

/** This process, which surely lives. */
function self(): { pid: number; startTime: string } {
  const stat = readFileSync('/proc/self/stat', 'latin1');
  return { pid: process.pid, startTime: stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '' };
}
