import { constants } from 'node:fs';
import type { Facts } from '../common/facts.js';
import { codeOf } from '../common/failure.js';
import { entryCalls, type FolderPlace } from '../common/system/entry-calls.js';

export interface OpenFile {
  readonly descriptor: number;
  /** As they are now: it may have changed since it was listed. */
  readonly facts: Facts;
}

/**
 * Opens a file for reading. Its access time is left alone where that is allowed: to its owner and to root.
 * Where something else has taken its place, opening that does not wait.
 * @param uid the file's owner
 * @returns the descriptor
 */
export function openUntouched(place: FolderPlace, name: string, uid: number, followLink: boolean): number {
  const calls = entryCalls();
  const flags = READ | (followLink ? 0 : (constants.O_NOFOLLOW ?? 0));
  if (constants.O_NOATIME === undefined || refusedOwners.has(uid)) return calls.open(place, name, flags, 0);
  try {
    return calls.open(place, name, flags | constants.O_NOATIME, 0);
  } catch (error) {
    if (codeOf(error) !== 'EPERM') throw error;
    refusedOwners.add(uid);
    return calls.open(place, name, flags, 0);
  }
}

/** Users whose files' access times we may not leave alone. */
const refusedOwners = new Set<number>();

/** O_NONBLOCK: should a FIFO have taken the file's place since it was listed, opening must not wait. */
const READ = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);
