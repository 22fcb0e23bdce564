import { syncPath } from '../files/system/path-calls.js';
import { isAccepted } from '../rules/keep.js';

/**
 * Writes to the disk which entries a folder has.
 * @returns whether it could: false where the place cannot do that, or lets us write in the folder but not open it
 */
export function syncFolder(path: string | Buffer): boolean {
  return isAccepted(() => syncPath(path));
}
