import type { BytePath } from '../common/byte-path.js';
import type { Facts } from '../common/facts.js';
import { kindOf } from '../common/facts.js';
import type { FolderHandles } from '../common/folder-handles.js';
import { entryCalls } from '../common/system/entry-calls.js';
import { isSameFile } from '../worker/is-up-to-date.js';
import { timeGrainNs } from '../worker/time-grain.js';

/**
 * Sees in the destination whether a file is there already, so that it need not be sent to a worker: that costs
 * several times the look. Where a look takes long, as over a network, workers look, all at a time.
 */
export class QuickLook {
  readonly #calls = entryCalls();
  readonly #destination: FolderHandles;
  readonly #grainNs: number;
  #looks = 0;
  #slowLooks = 0;

  constructor(destination: FolderHandles, root: BytePath) {
    this.#destination = destination;
    this.#grainNs = timeGrainNs(root);
  }

  /** Whether a regular file with this size and time stands there; false also where it was not looked for. */
  finds(folder: BytePath, name: BytePath, facts: Facts): boolean {
    if (this.#slowLooks >= MOST_SLOW_LOOKS) return false;
    this.#looks += 1;
    const isTimed = this.#looks % LOOKS_A_MEASUREMENT === 0;
    const startMs = isTimed ? performance.now() : 0;
    const standing = this.#look(folder, name);
    if (isTimed && performance.now() - startMs > SLOW_MS) this.#slowLooks += 1;
    // A file with one name in the source and several in the copy is linked to something else.
    return (
      standing !== undefined &&
      kindOf(standing) === 'file' &&
      standing.nlink === 1 &&
      isSameFile(facts, standing, this.#grainNs)
    );
  }

  #look(folder: BytePath, name: BytePath): Facts | undefined {
    try {
      return this.#calls.factsIn(this.#destination.place(folder), name, false);
    } catch {
      // Whoever copies it meets with the same, and reports it.
      return undefined;
    }
  }
}

const LOOKS_A_MEASUREMENT = 32;
const SLOW_MS = 0.2;
const MOST_SLOW_LOOKS = 3;
