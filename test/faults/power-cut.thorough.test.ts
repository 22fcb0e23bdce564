import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { compareTrees } from '../helpers/compare-trees.js';
import { mountOrSkip } from '../helpers/file-systems.js';
import { makeTree } from '../helpers/make-tree.js';
import { killIfThere, waitForNoProcesses } from '../helpers/processes.js';
import { type RunningCommand, runCommand, startCommand } from '../helpers/run-command.js';

const files = 400;

for (const system of ['ext4', 'xfs'] as const) {
  for (const isStanding of [false, true]) {
    const where = isStanding ? 'a standing destination' : 'a new destination';
    test(`${system}: what was told of as finished under --fsync, in ${where}, is whole after a power cut`, async context => {
      const disk = new Disk(mountOrSkip(context, { type: 'xfs', size: '2G' }), system);
      const source = makeSource();
      const destination = join(disk.root, 'copy');
      if (isStanding) makeTree([{ path: 'folder 7/7', kind: 'file', content: 'old' }], destination);
      const run = startCommand(['--fsync', '-v', '--workers', '3', source, destination]);
      await seen(run, 150);
      const finished = finishedFiles(run, source);
      expect(finished.length).toBeGreaterThan(100);
      disk.cutPower(run);
      await waitForNoProcesses(run.processes);
      disk.comeBack();
      const root = existsSync(destination) ? destination : `${destination}.partial`;
      const torn = finished.filter(path => digestOf(join(source, path)) !== digestOf(join(root, path)));
      expect(torn).toEqual([]);
      const result = await runCommand(['--if-exists', 'update', '-v', source, destination]);
      expect(result.status).toBe(0);
      const again = finished.filter(path => !result.stderr.includes(`skipped ${source}/${path}\n`));
      expect(again).toEqual([]);
      expect(compareTrees(source, destination)).toEqual([]);
    });
  }
}

describe('without --fsync', () => {
  test('a run in another boot compares contents, and ends with a whole copy', async context => {
    const disk = new Disk(mountOrSkip(context, { type: 'xfs', size: '2G' }), 'ext4');
    const source = makeSource();
    const destination = join(disk.root, 'copy');
    const run = startCommand(['-v', '--workers', '3', '--bwlimit', '800k', source, destination]);
    await seen(run, 100);
    // Names and times are on the disk by then, contents need not be. Meanwhile it waits: a disk may take its time.
    signalAll(run, 'SIGSTOP');
    execFileSync('sync', ['-f', `${destination}.partial`]);
    signalAll(run, 'SIGCONT');
    await seen(run, 130);
    signalAll(run, 'SIGSTOP');
    disk.cutPower(run);
    await waitForNoProcesses(run.processes);
    disk.comeBack();
    const mark = join(`${destination}.partial`, '.folder-copy.mark');
    const fields = JSON.parse(readFileSync(mark, 'utf8')) as object;
    writeFileSync(mark, JSON.stringify({ ...fields, boots: ['an earlier one'] }));
    const claim = join(`${destination}.partial`, '.folder-copy.claim');
    expect(existsSync(claim)).toBe(true);
    const zeroed = join(`${destination}.partial`, 'folder 7/7');
    loseContentIfThere(zeroed);
    expect(await runCommand([source, destination])).toMatchObject({ status: 0, stderr: '' });
    expect(compareTrees(source, destination)).toEqual([]);
  });
});

function signalAll(run: RunningCommand, signal: NodeJS.Signals): void {
  for (const pid of run.processes()) killIfThere(pid, signal);
}

/** An image that is mounted, on a file system that can clone it in one step, as it is at that moment. */
class Disk {
  readonly root: string;
  readonly #image: string;
  readonly #clone: string;

  constructor(host: string, system: 'ext4' | 'xfs') {
    [this.root, this.#image, this.#clone] = [join(host, 'root'), join(host, 'image'), join(host, 'clone')];
    mkdirSync(this.root);
    run('truncate', '-s', '400M', this.#image);
    run(`mkfs.${system}`, '-q', this.#image);
    run('mount', '-o', 'loop', this.#image, this.root);
    onTestFinished(() => run('umount', this.root));
  }

  /** What the disk has by now, and nothing of what only memory has, is what is left; the run does not live on. */
  cutPower(running: RunningCommand): void {
    run('cp', '--reflink=always', this.#image, this.#clone);
    for (const pid of running.processes()) killIfThere(pid, 'SIGKILL');
  }

  /** The same place, after the power has come back; its file system is sound once its journal was replayed. */
  comeBack(): void {
    // What has just been killed may hold it for a moment.
    run('sh', '-c', `for n in $(seq 100); do umount '${this.root}' && exit; sleep 0.1; done; exit 1`);
    // As after a restart: the device has another number than before.
    const taken = execFileSync('losetup', ['--find', '--show', '--read-only', this.#image]).toString().trim();
    onTestFinished(() => run('losetup', '--detach', taken));
    run('mount', '-o', 'loop', this.#clone, this.root);
    const system = execFileSync('findmnt', ['-no', 'FSTYPE', this.root]).toString().trim();
    run('umount', this.root);
    if (system === 'ext4') run('e2fsck', '-fn', this.#clone);
    else run('xfs_repair', '-n', this.#clone);
    run('mount', '-o', 'loop', this.#clone, this.root);
  }
}

function makeSource(): string {
  return makeTree([
    ...Array.from(
      { length: files },
      (_, n) => ({ path: `folder ${n % 8}/${n}`, kind: 'file', size: (n * 97) % 20_000 }) as const,
    ),
    { path: 'linked', kind: 'hardlink', to: 'folder 2/2' },
    { path: 'link', kind: 'link', target: 'linked' },
  ]);
}

async function seen(running: RunningCommand, lines: number): Promise<void> {
  await running.sees(new RegExp(`^(?:.*\n){${lines}}`));
}

/** What was written before this moment, and so told of before the power goes. */
function finishedFiles(running: RunningCommand, source: string): string[] {
  const told = running.output().stderr.matchAll(/^(?:streamed|cloned) (.*)\n/gm);
  return Array.from(told, ([, path = '']) => path.slice(source.length + 1));
}

function digestOf(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex');
}

/** Its size and time stay. */
function loseContentIfThere(path: string): void {
  if (!existsSync(path)) return;
  const reference = `${path}.reference`;
  run('touch', '-r', path, reference);
  writeFileSync(path, Buffer.alloc(readFileSync(path).length));
  run('touch', '-r', reference, path);
  run('rm', reference);
}

function run(program: string, ...args: string[]): void {
  execFileSync(program, args, { stdio: ['ignore', 'ignore', 'pipe'] });
}
