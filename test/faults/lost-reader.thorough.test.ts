import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { compareTrees } from '../helpers/compare-trees.js';
import { makeTree } from '../helpers/make-tree.js';
import { killIfThere } from '../helpers/processes.js';
import type { TreeEntry } from '../helpers/tree-description.js';
import { slowly } from '../slowly-read-tree.js';
import { type SpawnedCopy, spawnCopy } from './spawn-copy.js';

for (const retries of [0, 2]) {
  test(`a folder that kills each worker which reads it fails alone, not what is read and copied beside it: --retries ${retries}`, async () => {
    const source = makeTree(entries());
    const copy = join(dirname(source), 'copy');
    const options = { ...slowly, workers: 1, retries, bwlimit: 700_000 };
    const run = spawnCopy([source, copy, JSON.stringify(options)]);
    await killReaders(run, join(source, 'deadly'));
    expect(await run.finished).toMatchObject({ status: 1, stderr: '' });
    const failed = run.events.flatMap(event => (event.type === 'error' ? [event.path] : []));
    expect(failed).toEqual(['deadly']);
    expect(compareTrees(source, copy).filter(line => !line.includes('"deadly'))).toEqual([]);
  });
}

/** A file that a ceiling holds up, a folder that takes long to read, and others that are read with it. */
function entries(): TreeEntry[] {
  const names = Array.from({ length: 8000 }, (_, n) => n);
  const others = names.slice(0, 12);
  return [
    { path: 'film', kind: 'file', size: 1_500_000 },
    ...names.map((n): TreeEntry => ({ path: `deadly/${n}`, kind: 'file', size: 0 })),
    ...others.map((n): TreeEntry => ({ path: `other ${n}/below/file`, kind: 'file', content: String(n) })),
  ];
}

/** Kills each worker that is seen to have the folder open, until the run has ended. */
async function killReaders({ child, finished }: SpawnedCopy, folder: string): Promise<void> {
  let hasEnded = false;
  finished.finally(() => (hasEnded = true)).catch(() => {});
  while (!hasEnded) {
    for (const worker of workersOf(child.pid)) if (hasOpen(worker, folder)) killIfThere(worker, 'SIGKILL');
    await new Promise(resolve => setImmediate(resolve));
  }
}

function workersOf(pid: number | undefined): number[] {
  try {
    const pids = readFileSync(`/proc/${pid}/task/${pid}/children`, 'latin1');
    return pids.split(' ').filter(Boolean).map(Number);
  } catch {
    return []; // it has ended
  }
}

function hasOpen(pid: number, folder: string): boolean {
  const fds = `/proc/${pid}/fd`;
  try {
    return readdirSync(fds).some(fd => linkOf(join(fds, fd)) === folder);
  } catch {
    return false; // it has ended
  }
}

function linkOf(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined; // closed by now
  }
}
