import type { BytePath } from '../../files/byte-path.js';
import { copyOf, type Facts } from '../../files/facts.js';
import { FactsColumn } from '../../files/facts-column.js';
import type { Failure } from '../../files/failure.js';

/** A folder that has been read, with the subfolders that the walk has still to enter. */
export class OpenFolder {
  failure: Failure | undefined;
  namesRead = 0;
  isRead = false;
  /** Whether others have been asked to read its subfolders. */
  isAskedFor = false;
  readonly #names: BytePath[] = [];
  /** Made with the first subfolder: most folders have none. */
  #facts: FactsColumn | undefined;
  /** How much of the tree comes before it, and how much is in it, by a guess: subfolders share alike. */
  readonly #startsAt: number;
  readonly #share: number;
  #next = 0;

  /** @param above has just been asked for this folder */
  constructor(
    readonly path: BytePath,
    readonly facts: Facts,
    above: OpenFolder | undefined,
  ) {
    this.#share = above === undefined ? 1 : above.#shareOfEach;
    this.#startsAt = above === undefined ? 0 : above.listedShare - this.#share;
  }

  /** Of the tree, up to here and with the subfolder that was entered last. */
  get listedShare(): number {
    if (this.isRead) return this.#startsAt + this.#shareOfEach * (this.#next + 1);
    return this.#startsAt + this.#share * (this.namesRead / (this.namesRead + HALF_OF_A_FOLDER));
  }

  /** What the folder's own entries and each of its subfolders are of the tree. */
  get #shareOfEach(): number {
    return this.#share / (this.#names.length + 1);
  }

  addSubfolder(name: BytePath, facts: Facts): void {
    this.#names.push(name);
    this.#facts ??= new FactsColumn(4);
    this.#facts.push(facts);
  }

  /** Those that the walk has still to enter. */
  *subfolders(): Generator<{ name: BytePath; facts: Facts }, void, undefined> {
    for (let at = this.#next; at < this.#names.length; at += 1) {
      const name = this.#names[at];
      if (name !== undefined && this.#facts !== undefined) yield { name, facts: copyOf(this.#facts.at(at)) };
    }
  }

  nextSubfolder(): { name: BytePath; facts: Facts } | undefined {
    const name = this.#names[this.#next];
    if (name === undefined || this.#facts === undefined) return undefined;
    const facts = copyOf(this.#facts.at(this.#next));
    this.#next += 1;
    return { name, facts };
  }
}

/** After so many names half of a folder counts as read: how many it has is not known before its end. */
const HALF_OF_A_FOLDER = 4096;
