import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { writeFiles } from '../bench/generate.js';
import { type Place, place } from '../bench/place.js';
import { compareTrees } from '../helpers/compare-trees.js';
import { eventsOf } from '../helpers/events.js';
import { needs } from '../helpers/needs.js';
import { killIfThere, waitForNoProcesses } from '../helpers/processes.js';
import { type RunningCommand, runCommand, startCommand } from '../helpers/run-command.js';

interface Scene {
  where: Place & { quick(path: string): string };
  source: string;
  copy: string;
  /** as they are below the slow file system */
  same(): string[];
}

/** 600 files in 40 folders on storage where each call takes a millisecond. */
function scene(): Scene {
  const where = place({ delayUs: 1000, withAttributes: false });
  if (where?.quick === undefined) throw new Error('no slow file system can be mounted here');
  onTestFinished(() => where.clear());
  const [folder, quick] = [where.fresh(), where.quick];
  writeFiles(join(quick(folder), 'source'), { files: 600, folders: 40, smallest: 1, largest: 20_000 });
  const [source, copy] = [join(folder, 'source'), join(folder, 'copy')];
  return { where: { ...where, quick }, source, copy, same: () => compareTrees(quick(source), quick(copy)) };
}

/** The process that answers all calls: while it is stopped, storage hangs. */
function serverOf({ where, source }: Scene): number {
  const mount = execFileSync('findmnt', ['-no', 'TARGET', '-T', source], { encoding: 'utf8' }).trim();
  const found = execFileSync('pgrep', ['-f', `slowfs .*${mount}$`], { encoding: 'utf8' })
    .trim()
    .split('\n');
  expect(where).toBeDefined();
  return Number(found[0]);
}

/** Storage hangs from now on. @returns what ends that; the test's end does as well */
function hang(all: Scene): () => void {
  const server = serverOf(all);
  process.kill(server, 'SIGSTOP');
  const goOn = () => killIfThere(server, 'SIGCONT');
  onTestFinished(goOn);
  return goOn;
}

async function untilCopying(run: RunningCommand): Promise<void> {
  while (run.descendants().length < 2 && run.child.exitCode === null) await delay(10);
  await delay(500);
  expect(run.child.exitCode).toBe(null);
}

test(
  'storage that hangs for a while holds a copy up, and it goes on',
  needs('root', 'fusermount3', 'gcc', 'pkg-config', 'findmnt'),
  async () => {
    const all = scene();
    const run = startCommand([all.source, all.copy], { timeoutMs: 120_000 });
    await untilCopying(run);
    const goOn = hang(all);
    await delay(5000);
    goOn();
    expect(await run.finished).toMatchObject({ status: 0, stderr: '' });
    expect(all.same()).toEqual([]);
  },
);

test(
  'a signal ends a copy on storage that hangs, and the same command resumes it',
  needs('root', 'fusermount3', 'gcc', 'pkg-config', 'findmnt'),
  async () => {
    const all = scene();
    // The command itself writes into its claim who its workers are: all of them are there before the storage hangs.
    const run = startCommand(['-w', '2', all.source, all.copy], { timeoutMs: 120_000 });
    await untilCopying(run);
    const goOn = hang(all);
    await delay(300);
    process.kill(run.pid, 'SIGINT');
    expect(await run.finished).toMatchObject({ signal: 'SIGINT' });
    goOn();
    // The kernel lets killed workers go once the storage answers.
    await waitForNoProcesses(run.processes, 10_000);
    expect(await runCommand([all.source, all.copy])).toMatchObject({ status: 0 });
    expect(all.same()).toEqual([]);
  },
);

test(
  'a signal ends a command whose storage hangs from the beginning',
  needs('root', 'fusermount3', 'gcc', 'pkg-config', 'findmnt'),
  async () => {
    const all = scene();
    hang(all);
    const run = startCommand([all.source, all.copy]);
    await delay(1000);
    process.kill(run.pid, 'SIGINT');
    expect(await run.finished).toMatchObject({ signal: 'SIGINT', stdout: '', stderr: '' });
    await waitForNoProcesses(run.processes);
  },
);

for (const signal of ['SIGKILL', 'SIGSTOP'] as const) {
  for (const afterMs of [0, 100, 300, 700]) {
    test(
      `a worker that gets ${signal} ${afterMs} ms after the pool has grown costs nothing`,
      needs('root', 'fusermount3', 'gcc', 'pkg-config'),
      async () => {
        const all = scene();
        const args = ['-w', '3', '--progress', 'json', all.source, all.copy];
        const run = startCommand(args, { timeoutMs: 120_000 });
        while (run.descendants().length < 2 && run.child.exitCode === null) await delay(5);
        await delay(afterMs);
        const [worker] = run.descendants();
        if (worker !== undefined) process.kill(worker, signal);
        if (signal === 'SIGSTOP') {
          await delay(1000);
          if (worker !== undefined) process.kill(worker, 'SIGCONT');
        }
        const { status, stdout } = await run.finished;
        expect(status).toBe(0);
        expect(all.same()).toEqual([]);
        const events = eventsOf(stdout);
        const told = events.flatMap(event => (event.type === 'file' ? [event.path] : []));
        expect(new Set(told).size).toBe(told.length);
        const folders = told.length - 600;
        expect(events.at(-1)).toMatchObject({ files: 600, folders, failed: 0, left: 0 });
      },
    );
  }
}

test(
  'a copy that is killed at any moment on slow storage is completed by the same command',
  needs('root', 'fusermount3', 'gcc', 'pkg-config'),
  async () => {
    const all = scene();
    for (const afterMs of [150, 300, 500, 800, 1200]) {
      const run = startCommand([all.source, all.copy]);
      await delay(afterMs);
      killIfThere(run.pid, 'SIGKILL');
      await run.finished;
      while (run.processes().length > 0) await delay(20);
    }
    expect(await runCommand([all.source, all.copy])).toMatchObject({ status: 0 });
    expect(all.same()).toEqual([]);
  },
);

test(
  'a folder that vanishes between its listing and its reading fails by itself',
  needs('root', 'fusermount3', 'gcc', 'pkg-config'),
  async () => {
    const all = scene();
    const run = startCommand([all.source, all.copy], { timeoutMs: 120_000 });
    while (run.descendants().length === 0 && run.child.exitCode === null) await delay(5);
    const gone = join(all.where.quick(all.source), 'group-3');
    rmSync(gone, { recursive: true });
    const { status, stderr } = await run.finished;
    // It may have been read before, wholly or in part, or not have been listed yet.
    expect(status === 0 || /ENOENT|CHANGED/.test(stderr)).toBe(true);
    expect(run.processes()).toEqual([]);
    expect(await runCommand(['--if-exists', 'update', '--delete', all.source, all.copy])).toMatchObject({
      status: 0,
    });
    expect(all.same()).toEqual([]);
  },
);
