import { closeSync, constants, fstatSync, openSync } from 'node:fs';
import type { Facts } from '../../files/facts.js';
import { codeOf, EntryError } from '../../files/failure.js';
import { HAS_DESCRIPTOR_PATHS, O_PATH } from '../../files/system/descriptor-paths.js';

/** Opens files for reading, and knows whose access times it may not leave alone. */
export class UntouchedFiles {
  readonly #refusedOwners = new Set<number>();

  /**
   * Opens a file for reading. Its access time is left alone where that is allowed: to its owner and to root.
   * Where something else has taken its place, opening that does not wait.
   * @param open with these flags
   * @param uid the file's owner
   * @param waits whether to wait for a lease on the file, which the kernel breaks after a while
   * @returns the descriptor
   */
  open(open: Open, uid: number, followLink: boolean, waits = false): number {
    try {
      return this.#openAtOnce(open, uid, followLink);
    } catch (error) {
      if (codeOf(error) !== 'EAGAIN' || !waits || !HAS_DESCRIPTOR_PATHS) throw error;
      return this.#openAtOnce(flags => openWaiting(open, flags), uid, followLink);
    }
  }

  /** With which flags a file of this owner is opened, as far as is known. */
  flagsFor(uid: number, followLink: boolean): number {
    const flags = READ | (followLink ? 0 : (constants.O_NOFOLLOW ?? 0));
    return this.#refusedOwners.has(uid) ? flags : flags | WITHOUT_ATIME;
  }

  #openAtOnce(open: Open, uid: number, followLink: boolean): number {
    const flags = this.flagsFor(uid, followLink);
    try {
      return open(flags);
    } catch (error) {
      if (codeOf(error) !== 'EPERM' || (flags & WITHOUT_ATIME) === 0) throw error;
      this.#refusedOwners.add(uid);
      return open(flags & ~WITHOUT_ATIME);
    }
  }
}

export interface OpenFile {
  readonly descriptor: number;
  /** As they are now: it may have changed since it was listed. */
  readonly facts: Facts;
}

type Open = (flags: number) => number;

/** By way of a descriptor that only names it: it is a file that is waited for, whatever takes its place meanwhile. */
function openWaiting(open: Open, flags: number): number {
  const named = open(O_PATH | (flags & (constants.O_NOFOLLOW ?? 0)));
  try {
    if (!fstatSync(named).isFile()) throw new EntryError('CHANGED', 'it is no longer a file');
    return openSync(`/proc/self/fd/${named}`, flags & ~(WITHOUT_WAITING | (constants.O_NOFOLLOW ?? 0)));
  } finally {
    closeSync(named);
  }
}

/** O_NONBLOCK: should a FIFO have taken the file's place since it was listed, opening must not wait. */
const WITHOUT_WAITING = constants.O_NONBLOCK ?? 0;
const WITHOUT_ATIME = constants.O_NOATIME ?? 0;
const READ = constants.O_RDONLY | WITHOUT_WAITING;
