import { closeSync, constants, fsyncSync, openSync, unlinkSync } from 'node:fs';
import { codeOf } from '../failure.js';

// What `fs` has no single call for, by an entry's path.

/** Removes a name that may be gone. `rmSync` would give a wrong reason where it may not be removed. */
export function unlinkIfThere(path: string | Buffer): void {
  try {
    unlinkSync(path);
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
  }
}

/** Waits until a file or a folder is on the disk. @param flags to open it with, beside those to read it */
export function syncPath(path: string | Buffer, flags = 0): void {
  const descriptor = openSync(path, constants.O_RDONLY | flags);
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
