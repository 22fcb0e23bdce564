import { closeSync, fsyncSync, openSync } from 'node:fs';
import { isAccepted } from '../rules/keep.js';

/**
 * Writes to the disk which entries a folder has.
 * @returns whether it could: false where the place cannot do that, or lets us write in the folder but not open it
 */
export function syncFolder(path: string | Buffer): boolean {
  return isAccepted(() => {
    const descriptor = openSync(path, 'r');
    try {
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
  });
}
