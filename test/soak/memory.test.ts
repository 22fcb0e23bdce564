import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { mountOrSkip } from '../helpers/file-systems.js';
import { startCommand } from '../helpers/run-command.js';

const mebibyte = 1024 * 1024;

test('a million files need no more memory than a hundred thousand', { timeout: 3_600_000 }, async context => {
  const root = mountOrSkip(context, { type: 'tmpfs', size: '8g', inodes: 4_500_000 });
  const few = await peaksOfCopying(makeFolders(join(root, 'few'), 100), join(root, 'few copied'));
  const many = await peaksOfCopying(makeFolders(join(root, 'many'), 1000), join(root, 'many copied'));
  // Each entry has an event then.
  const log = ['--log', join(root, 'log')];
  const logged = await peaksOfCopying(join(root, 'many'), join(root, 'many logged'), log);
  console.info(
    `peak resident memory, MiB: 100,000 files ${shown(few)}; 1,000,000 files ${shown(many)}, with a log ${shown(logged)}`,
  );
  expect(many.parent).toBeLessThan(200 * mebibyte);
  expect(many.parent).toBeLessThanOrEqual(1.3 * few.parent);
  expect(logged.parent).toBeLessThanOrEqual(1.3 * few.parent);
  for (const worker of many.workers) expect(worker).toBeLessThan(90 * mebibyte);
});

interface Peaks {
  parent: number;
  workers: number[];
}

/** 1000 empty files in each. */
function makeFolders(root: string, folders: number): string {
  for (let folder = 0; folder < folders; folder++) {
    mkdirSync(join(root, String(folder)), { recursive: true });
    for (let file = 0; file < 1000; file++) writeFileSync(join(root, String(folder), String(file)), '');
  }
  return root;
}

/** The kernel keeps each process's peak: what is read last of it is what counts. */
async function peaksOfCopying(
  source: string,
  destination: string,
  args: readonly string[] = [],
): Promise<Peaks> {
  const run = startCommand([...args, source, destination], { timeoutMs: 1_800_000 });
  const peaks = new Map<number, number>();
  let isOver = false;
  run.finished.finally(() => (isOver = true)).catch(() => {});
  while (!isOver) {
    for (const pid of [run.pid, ...run.descendants()]) peaks.set(pid, peakOf(pid) ?? peaks.get(pid) ?? 0);
    await delay(20);
  }
  expect(await run.finished).toMatchObject({ status: 0, stderr: '' });
  const { [run.pid]: parent = 0, ...workers } = Object.fromEntries(peaks);
  return { parent, workers: Object.values(workers) };
}

function peakOf(pid: number): number | undefined {
  try {
    const [, kibibytes] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1')) ?? [];
    return kibibytes === undefined ? undefined : Number(kibibytes) * 1024;
  } catch {
    return undefined;
  }
}

function shown({ parent, workers }: Peaks): string {
  return `${inMebibytes(parent)} (each worker ${workers.map(inMebibytes).join(', ')})`;
}

function inMebibytes(bytes: number): string {
  return (bytes / mebibyte).toFixed(0);
}
