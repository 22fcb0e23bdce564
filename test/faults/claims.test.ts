import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, onTestFinished, test } from 'vitest';
import { copyFolder } from '../../src/index.js';
import { compareTrees } from '../helpers/compare-trees.js';
import { makeTree } from '../helpers/make-tree.js';
import { killIfThere, waitForNoProcesses } from '../helpers/processes.js';
import { fromRoot } from '../helpers/project-root.js';
import { type RunningCommand, runCommand, startCommand } from '../helpers/run-command.js';
import { scratchFolder } from '../helpers/scratch-folder.js';
import { canTrace } from '../helpers/traced-copy.js';
import { treeSnapshot } from '../helpers/tree-snapshot.js';
import { command, quoted, runShell } from './run-shell.js';

interface Claimed {
  runId: string;
  host: string;
  boot: string;
  pidNamespace: string;
  pid: number;
  startTime?: string;
  workers: { pid: number; startTime?: string }[];
}

const claimName = '.folder-copy.claim';

test.skipIf(!canTrace)('a second run is refused while the root of the first is finished', async () => {
  const source = makeTree([{ path: 'a', kind: 'file', content: 'x' }]);
  const destination = join(dirname(source), 'copy');
  // The times of the file, then those of the root.
  const slowly =
    'strace -f -qq -o /dev/null -e trace=utimensat -e inject=utimensat:delay_enter=3000000:when=2';
  const first = runShell(`${slowly} -- ${command} ${quoted(source)} ${quoted(destination)}`);
  for (const end = Date.now() + 30_000; !existsSync(destination) && Date.now() < end; ) await delay(5);
  // By the library: it is asked at once, where a command would start for as long as the other one has left.
  await expect(copyFolder(source, destination)).rejects.toThrow(/\(EBUSY\)$/);
  expect(await first).toMatchObject({ status: 0, stderr: '' });
  expect(compareTrees(source, destination)).toEqual([]);
});

for (const isStanding of [false, true]) {
  describe(isStanding ? 'in a destination that stands' : 'in a new destination', () => {
    test('a second run is refused while the first lives, and told its process', async () => {
      const { source, destination, root } = makePlaces(isStanding);
      const first = await startSlowly(source, destination, root);
      const second = await runCommand([source, destination]);
      expect(second).toMatchObject({ status: 2, stdout: '' });
      expect(second.stderr).toMatch(new RegExp(`^folder-copy: .* process ${first.pid}; .* \\(EBUSY\\)\n$`));
      first.child.kill('SIGTERM');
      expect(await first.finished).toMatchObject({ status: 143 });
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
  });
}

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

function makePlaces(isStanding: boolean): { source: string; destination: string; root: string } {
  const source = makeTree([
    { path: 'a', kind: 'file', size: 300_000 },
    { path: 'b/c', kind: 'file', size: 300_000 },
  ]);
  const destination = join(dirname(source), 'copy');
  if (isStanding) mkdirSync(destination);
  return { source, destination, root: isStanding ? destination : `${destination}.partial` };
}

/** Starts a run that takes its time, and waits until it has workers. */
async function startSlowly(source: string, destination: string, root: string): Promise<RunningCommand> {
  const run = startCommand(['--bwlimit', '20k', '--workers', '2', source, destination]);
  const deadline = Date.now() + 20_000;
  while (!existsSync(join(root, claimName)) || readClaim(root).workers.length === 0) {
    if (Date.now() > deadline) throw new Error('no worker was named');
    await delay(5);
  }
  return run;
}

/** What a run leaves of which nothing lives, with another claim in it. */
async function makeDeadRun(
  isStanding: boolean,
  change: (claim: Claimed) => Claimed | string,
): Promise<ReturnType<typeof makePlaces>> {
  const places = makePlaces(isStanding);
  const run = await startSlowly(places.source, places.destination, places.root);
  for (const pid of run.processes()) killIfThere(pid, 'SIGKILL');
  await run.finished;
  await waitForNoProcesses(run.processes);
  const claim = change(readClaim(places.root));
  writeFileSync(
    join(places.root, claimName),
    typeof claim === 'string' ? claim : `${JSON.stringify(claim)}\n`,
  );
  return places;
}

function readClaim(root: string): Claimed {
  return JSON.parse(readFileSync(join(root, claimName), 'utf8')) as Claimed;
}

function machineOf({ host, boot, pidNamespace }: Claimed): Pick<Claimed, 'host' | 'boot' | 'pidNamespace'> {
  return { host, boot, pidNamespace };
}

async function ownClaim(): Promise<Claimed> {
  const { root } = await makeDeadRun(false, claim => claim);
  return readClaim(root);
}

/** This process, which surely lives. */
function self(): { pid: number; startTime: string } {
  const stat = readFileSync('/proc/self/stat', 'latin1');
  return { pid: process.pid, startTime: stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '' };
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
