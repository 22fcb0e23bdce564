import { unlinkSync } from 'node:fs';
import { codeOf } from '../failure.js';

/** Removes a name that may be gone. `rmSync` would give a wrong reason where it may not be removed. */
export function unlinkIfThere(path: string | Buffer): void {
  try {
    unlinkSync(path);
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
  }
}
