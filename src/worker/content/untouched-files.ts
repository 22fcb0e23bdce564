import { constants } from 'node:fs';
import type { Facts } from '../../files/facts.js';
import { codeOf } from '../../files/failure.js';

export interface OpenFile {
  readonly descriptor: number;
  /** As they are now: it may have changed since it was listed. */
  readonly facts: Facts;
}

/** Opens files for reading, and knows whose access times it may not leave alone. */
export class UntouchedFiles {
  readonly #refusedOwners = new Set<number>();

  /**
   * Opens a file for reading. Its access time is left alone where that is allowed: to its owner and to root.
   * Where something else has taken its place, opening that does not wait.
   * @param open with these flags
   * @param uid the file's owner
   * @returns the descriptor
   */
  open(open: (flags: number) => number, uid: number, followLink: boolean): number {
    const flags = READ | (followLink ? 0 : (constants.O_NOFOLLOW ?? 0));
    if (constants.O_NOATIME === undefined || this.#refusedOwners.has(uid)) return open(flags);
    try {
      return open(flags | constants.O_NOATIME);
    } catch (error) {
      if (codeOf(error) !== 'EPERM') throw error;
      this.#refusedOwners.add(uid);
      return open(flags);
    }
  }
}

/** O_NONBLOCK: should a FIFO have taken the file's place since it was listed, opening must not wait. */
const READ = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);
