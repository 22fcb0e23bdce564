import { spawn } from 'node:child_process';
import { closeSync, constants, openSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { shell } from './shell.js';
import type { TreeEntry } from './tree-description.js';

/** A pipe for `--log` that nobody reads: a copy of `heldFiles` cannot end before it is let go, however long a test looks at it. */
export function holdingLog(place: string): { path: string; letGo: () => void } {
  const path = join(place, 'log');
  shell(place, 'mkfifo log');
  const reading = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  onTestFinished(() => closeSync(reading));
  return {
    path,
    letGo() {
      const reader = spawn('cat', [path], { stdio: 'ignore' });
      onTestFinished(() => void reader.kill('SIGKILL'));
    },
  };
}

/** Files of which a log tells more than a pipe and what writes to it hold. */
export function heldFiles(folder: string, size = 0): TreeEntry[] {
  return Array.from({ length: HELD_FILES }, (_, index) => {
    return { kind: 'file', path: `${folder}/${String(index).padEnd(200, 'n')}`, size };
  });
}

export const HELD_FILES = 1000;
