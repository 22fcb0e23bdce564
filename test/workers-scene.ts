import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { makeTree } from './helpers/make-tree.js';
import { catches } from './helpers/processes.js';
import type { RunningCommand } from './helpers/run-command.js';
import { memory, scratchFolder } from './helpers/scratch-folder.js';
import type { TreeEntry } from './helpers/tree-description.js';

export function files(count: number, size: number): TreeEntry[] {
  return Array.from({ length: count }, (_, index) => {
    return { kind: 'file', path: `${index % 10}/${index}.bin`, size };
  });
}

export interface Scene {
  source: string;
  destination: string;
}

export function scene(entries: TreeEntry[]): Scene {
  const scratch = scratchFolder(memory);
  return { source: makeTree(entries, join(scratch, 'source')), destination: join(scratch, 'copy') };
}

/** So few bytes a second that a batch takes its time on any machine: then more workers are worth their start. */
export const limited = ['--bwlimit', '100k'];
/** Two minutes with such a limit, more than a test's time: for runs that are stopped. */
export const many = files(3000, 4000);
export const long = (): Scene => scene(many);

/** The most children at a time, looked for until the run has ended. */
export async function mostChildren(run: RunningCommand): Promise<number> {
  let ended = false;
  void run.finished.finally(() => (ended = true));
  let most = 0;
  while (!ended) {
    most = Math.max(most, run.descendants().length);
    await delay(2);
  }
  return most;
}

export async function untilCopying(
  run: RunningCommand,
  { destination }: Scene,
  workers: number,
): Promise<void> {
  const begun = (): boolean => {
    try {
      return readdirSync(`${destination}.partial`, { recursive: true }).some(name =>
        String(name).includes('.bin'),
      );
    } catch {
      return false;
    }
  };
  // A worker has a handler for SIGHUP once it has started.
  const started = () => run.descendants().filter(pid => catches(pid, 'SIGHUP'));
  while (!begun() || started().length < workers) {
    if (run.child.exitCode !== null) throw new Error(`ended too soon: ${JSON.stringify(run.output())}`);
    await delay(5);
  }
}
