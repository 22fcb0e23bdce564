import { type BytePath, join } from '../common/byte-path.js';
import type { Facts } from '../common/facts.js';
import type { ListedEntry } from './list-entries.js';

/** What can have several names, and is copied. */
export type LinkableEntry = ListedEntry & { readonly kind: 'file' | 'link' | 'fifo' };

/** What is to be done with a name of a file that has several. */
export type LinkPlan =
  | { readonly kind: 'copy' }
  /** Another name is being copied; this one comes back from `copied` or `lost`. */
  | { readonly kind: 'wait' }
  | { readonly kind: 'link'; readonly firstName: BytePath };

/**
 * The files of the source that have several names. The first name that is met is copied, all others become
 * links to it. A file is forgotten once all its names have been met and handed on.
 */
export class HardLinks {
  readonly #files = new Map<string, LinkedFile>();

  meet(entry: LinkableEntry): LinkPlan {
    const key = keyOf(entry.facts);
    const file = this.#files.get(key);
    if (file === undefined) {
      this.#files.set(key, { unseen: entry.facts.nlink - 1n, firstName: undefined, waiting: [] });
      return { kind: 'copy' };
    }
    file.unseen -= 1n;
    if (file.firstName === undefined) {
      file.waiting.push(entry);
      return { kind: 'wait' };
    }
    const plan = { kind: 'link', firstName: file.firstName } as const;
    this.#forgetIfSeen(key, file);
    return plan;
  }

  /** A name stands in the destination as a file of its own. @returns the names that waited to be linked to it */
  copied(folder: BytePath, name: BytePath, facts: Facts): readonly LinkableEntry[] {
    const key = keyOf(facts);
    const file = this.#files.get(key);
    if (file === undefined) return [];
    file.firstName = join(folder, name);
    const waiting = file.waiting.splice(0);
    this.#forgetIfSeen(key, file);
    return waiting;
  }

  /** The name that was to be copied failed. @returns the next one, which is to be copied instead */
  lost(facts: Facts): LinkableEntry | undefined {
    const key = keyOf(facts);
    const file = this.#files.get(key);
    if (file === undefined || file.firstName !== undefined) return undefined;
    const next = file.waiting.shift();
    if (next === undefined) this.#files.delete(key);
    return next;
  }

  #forgetIfSeen(key: string, file: LinkedFile): void {
    if (file.unseen <= 0n && file.waiting.length === 0) this.#files.delete(key);
  }
}

interface LinkedFile {
  /** Names that have not been met; those outside the tree never will be. */
  unseen: bigint;
  /** Undefined while no name has been copied. */
  firstName: BytePath | undefined;
  readonly waiting: LinkableEntry[];
}

function keyOf({ dev, ino }: Facts): string {
  return `${dev} ${ino}`;
}
