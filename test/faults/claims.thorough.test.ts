import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, onTestFinished, test } from 'vitest';
import { copyFolder } from '../../src/index.js';
import { compareTrees } from '../helpers/compare-trees.js';
import { makeTree } from '../helpers/make-tree.js';
import { needs } from '../helpers/needs.js';
import { fromRoot } from '../helpers/project-root.js';
import { scratchFolder } from '../helpers/scratch-folder.js';
import { testClaims } from './claim-tests.js';
import { type Claimed, claimName, makeDeadRun, readClaim } from './dead-run.js';
import { command, quoted } from './run-shell.js';
import { stoppedAtRoot } from './stopped-at-root.js';

describe('in a destination that stands', () => testClaims(true));

test('a second run is refused while the root of the first is finished', needs('strace'), async () => {
  const source = makeTree([{ path: 'a', kind: 'file', content: 'x' }]);
  const destination = join(dirname(source), 'copy');
  const { run, goOn } = await stoppedAtRoot(`${command} ${quoted(source)} ${quoted(destination)}`);
  await expect(copyFolder(source, destination)).rejects.toThrow(/\(EBUSY\)$/);
  goOn();
  expect(await run).toMatchObject({ status: 0, stderr: '' });
  expect(compareTrees(source, destination)).toEqual([]);
});

test('of many rivals over a dead claim exactly one wins, time after time', { timeout: 120_000 }, async () => {
  const rivals = Array.from({ length: 6 }, startRival);
  const root = scratchFolder();
  const dead: Claimed = {
    ...machineOf(await ownClaim()),
    runId: 'f'.repeat(16),
    pid: 2 ** 22 + 1,
    workers: [],
  };
  for (let round = 0; round < 60; round++) {
    const isDead = round % 3 !== 0;
    if (isDead) writeFileSync(join(root, claimName), `${JSON.stringify({ ...dead, startTime: '1' })}\n`);
    const start = Date.now() + 15;
    const answers = await Promise.all(
      rivals.map((rival, n) =>
        rival.ask(`${start} ${(round * 16 + n).toString(16).padStart(16, '0')} ${root}`),
      ),
    );
    expect(answers.sort(), `round ${round}`).toEqual([...Array(5).fill('refused'), 'won']);
    await Promise.all(rivals.map(rival => rival.ask('')));
    expect(readdirSync(root), `round ${round}`).toEqual([]);
  }
});

function machineOf({ host, boot, pidNamespace }: Claimed): Pick<Claimed, 'host' | 'boot' | 'pidNamespace'> {
  return { host, boot, pidNamespace };
}

async function ownClaim(): Promise<Claimed> {
  const { root } = await makeDeadRun(false, claim => claim);
  return readClaim(root);
}

interface Rival {
  ask(line: string): Promise<string>;
}

function startRival(): Rival {
  const child: ChildProcess = spawn(process.execPath, [fromRoot('dist/test/faults/claim-program.js')], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  if (child.stdout === null) throw new Error('no output');
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    async ask(line) {
      child.stdin?.write(`${line}\n`);
      const { value } = (await lines.next()) as { value?: string };
      return value ?? 'ended';
    },
  };
}
