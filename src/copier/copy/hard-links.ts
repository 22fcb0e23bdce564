import type { BytePath } from '../../files/byte-path.js';
import { type Facts, linkIdentityOf } from '../../files/facts.js';
import type { ListedEntry } from '../listing/listed.js';

/**
 * The files of the source that have several names. The first name that is met is copied, all others become
 * links to it. A file is forgotten once all its names are settled.
 */
export class HardLinks {
  readonly #files = new Map<string, FileNames>();

  meet(entry: LinkableEntry): LinkStep {
    const key = linkIdentityOf(entry.facts);
    const file = this.#files.get(key);
    if (file === undefined) {
      this.#files.set(key, {
        unseen: entry.facts.nlink - 1,
        firstName: undefined,
        digest: undefined,
        unlinked: 0,
        waiting: [],
      });
      return { kind: 'copy' };
    }
    file.unseen -= 1;
    if (file.firstName === undefined) {
      file.waiting.push(entry);
      return { kind: 'wait' };
    }
    file.unlinked += 1;
    return { kind: 'link', firstName: file.firstName };
  }

  /**
   * A name stands in the destination: the first, or one that could only become a file of its own.
   * @returns the names that waited to be linked to it
   */
  copied(path: BytePath, facts: Facts, digest: string | undefined): readonly LinkableEntry[] {
    const key = linkIdentityOf(facts);
    const file = this.#files.get(key);
    if (file === undefined) return [];
    if (file.firstName !== undefined) file.unlinked -= 1;
    file.firstName = path;
    file.digest = digest;
    const waiting = file.waiting.splice(0);
    file.unlinked += waiting.length;
    this.#forgetIfSettled(key, file);
    return waiting;
  }

  /** The digest of the file that this name belongs to, where it was taken. */
  digestOf(facts: Facts): string | undefined {
    return this.#files.get(linkIdentityOf(facts))?.digest;
  }

  /** A name failed. @returns where it was to be copied, the next one, which is to be copied instead */
  lost(facts: Facts): LinkableEntry | undefined {
    const key = linkIdentityOf(facts);
    const file = this.#files.get(key);
    if (file === undefined) return undefined;
    if (file.firstName !== undefined) {
      file.unlinked -= 1;
      this.#forgetIfSettled(key, file);
      return undefined;
    }
    const next = file.waiting.shift();
    if (next === undefined) this.#files.delete(key);
    return next;
  }

  #forgetIfSettled(key: string, file: FileNames): void {
    if (file.unseen <= 0 && file.unlinked === 0) this.#files.delete(key);
  }
}

/** What can have several names, and is copied. */
export type LinkableEntry = ListedEntry & { readonly kind: 'file' | 'link' | 'fifo' };

/** What is to be done with a name of a file that has several. */
type LinkStep =
  | { readonly kind: 'copy' }
  /** Another name is being copied; this one comes back from `copied` or `lost`. */
  | { readonly kind: 'wait' }
  | { readonly kind: 'link'; readonly firstName: BytePath };

interface FileNames {
  /** Names that have not been met; those outside the tree never will be. */
  unseen: number;
  /** Undefined while no name has been copied. */
  firstName: BytePath | undefined;
  digest: string | undefined;
  /** Names that are on their way to be linked. */
  unlinked: number;
  readonly waiting: LinkableEntry[];
}
