import { chmodSync } from 'node:fs';
import { type Facts, permissionsOf } from '../common/facts.js';
import { codeOf } from '../common/failure.js';

/** Of a folder that is being worked in. */
export const PRIVATE = 0o700;

/** Lets its owner work in a folder, as long as that is us; its mode is set when the work in it is done. */
export function openToOwner(path: string | Buffer, facts: Facts): void {
  const permissions = permissionsOf(facts);
  if ((permissions & PRIVATE) === PRIVATE) return;
  try {
    chmodSync(path, permissions | PRIVATE);
  } catch (error) {
    // Somebody else's folder: what cannot be done in it fails by itself, with its own path.
    if (codeOf(error) !== 'EPERM') throw error;
  }
}
