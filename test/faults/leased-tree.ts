import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import { makeTree } from '../helpers/make-tree.js';
import { fromRoot } from '../helpers/project-root.js';
import { scratchFolder } from '../helpers/scratch-folder.js';

export const leasedTree = () =>
  makeTree([
    { path: 'small', kind: 'file', content: 'small' },
    { path: 'other', kind: 'file', content: 'other' },
  ]);

/** A file server holds a write lease on what its clients have open: opening without waiting says EAGAIN meanwhile. */
export async function lease(path: string): Promise<void> {
  const sign = join(scratchFolder(), 'held');
  const program = fromRoot('dist/test/faults/lease-program.js');
  const child = spawn(process.execPath, [program, path, sign], { stdio: 'ignore' });
  onTestFinished(() => void child.kill('SIGKILL'));
  while (!existsSync(sign)) {
    if (child.exitCode !== null) throw new Error('no lease could be had');
    await delay(5);
  }
}
