import type { BytePath } from '../../files/byte-path.js';
import type { Facts } from '../../files/facts.js';
import type { FileRun } from '../../files/file-run.js';
import { NameColumn, type PackedNames } from '../../files/name-column.js';
import { entryCalls } from '../../files/system/choose-calls.js';
import type { FolderHandles } from '../../files/trees/folder-handles.js';
import type { LooksBy } from '../../protocol/readings.js';
import type { HeldTimes } from '../../rules/held-times.js';
import { isFileThere } from '../../rules/is-file-there.js';

/**
 * Looks whether a file is in the destination already, so that it need not be sent to a worker, which costs several
 * times as much. On slow storage the workers look instead, side by side.
 */
export class QuickLook {
  readonly #calls = entryCalls();
  readonly #destination: FolderHandles;
  readonly #looks: LooksBy;
  readonly #held: HeldTimes;
  readonly #name = new NameColumn(1);
  #count = 0;
  #slowLooks = 0;

  /**
   * @param looks by what a file is told to be there
   * @param held what the destination can hold of a time
   */
  constructor(destination: FolderHandles, looks: LooksBy, held: HeldTimes) {
    this.#destination = destination;
    this.#looks = looks;
    this.#held = held;
  }

  /** Whether a regular file is there that is to stay; false also where it was not looked for. */
  finds(folder: BytePath, name: BytePath, facts: Facts): boolean {
    this.#name.clear();
    this.#name.push(name);
    return this.#sees(folder, this.#name.packed(), 0, facts);
  }

  /**
   * Looks for the files of a run.
   * @returns of each row 1 where it was found
   */
  foundIn(folder: BytePath, run: FileRun): Uint8Array {
    const found = new Uint8Array(run.length);
    const names = run.names.packed();
    for (let row = 0; row < run.length; row += 1) {
      if (this.#sees(folder, names, row, run.facts.at(row))) found[row] = 1;
    }
    return found;
  }

  #sees(folder: BytePath, names: PackedNames, row: number, wanted: Facts): boolean {
    if (this.#slowLooks >= MOST_SLOW_LOOKS) return false;
    this.#count += 1;
    const isTimed = this.#count % LOOKS_A_MEASUREMENT === 0;
    const startMs = isTimed ? performance.now() : 0;
    const standing = this.#look(folder, names, row);
    if (isTimed && performance.now() - startMs > SLOW_MS) this.#slowLooks += 1;
    return standing !== undefined && isFileThere(this.#looks, wanted, standing, this.#held);
  }

  #look(folder: BytePath, names: PackedNames, row: number): Facts | undefined {
    try {
      return this.#calls.lookInRow(this.#destination.place(folder), names, row);
    } catch {
      // The worker that copies it meets the same error, and reports it.
      return undefined;
    }
  }
}

const LOOKS_A_MEASUREMENT = 32;
const SLOW_MS = 0.2;
const MOST_SLOW_LOOKS = 3;
