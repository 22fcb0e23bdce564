import { constants } from 'node:fs';
import type { Facts } from '../../files/facts.js';
import { codeOf } from '../../files/failure.js';

export interface OpenFile {
  readonly descriptor: number;
  /** As they are now: it may have changed since it was listed. */
  readonly facts: Facts;
}

/**
 * Opens a file for reading. Its access time is left alone where that is allowed: to its owner and to root.
 * Where something else has taken its place, opening that does not wait.
 * @param open with these flags
 * @param uid the file's owner
 * @returns the descriptor
 */
export function openUntouched(open: (flags: number) => number, uid: number, followLink: boolean): number {
  const flags = READ | (followLink ? 0 : (constants.O_NOFOLLOW ?? 0));
  if (constants.O_NOATIME === undefined || refusedOwners.has(uid)) return open(flags);
  try {
    return open(flags | constants.O_NOATIME);
  } catch (error) {
    if (codeOf(error) !== 'EPERM') throw error;
    refusedOwners.add(uid);
    return open(flags);
  }
}

/** Users whose files' access times we may not leave alone. */
const refusedOwners = new Set<number>();

/** O_NONBLOCK: should a FIFO have taken the file's place since it was listed, opening must not wait. */
const READ = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);
