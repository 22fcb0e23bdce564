import { closeSync, lstatSync, mkdirSync, openSync, rmSync } from 'node:fs';
import { type BytePath, native, toText } from '../../files/byte-path.js';
import { CLAIM_NAME, entryTemporaryName } from '../../files/reserved-names.js';
import { nameCollision } from '../../rules/stands-there.js';

/**
 * Finds the names of a source folder that the destination's file system takes for one. Only where it ignores
 * case are names remembered, of the folders that are being listed.
 */
export class NameCollisions {
  readonly #root: BytePath;
  readonly #scratch: string;
  readonly #folders: Map<BytePath, Map<string, BytePath>> | undefined;

  /** @param root of the destination, which holds this run's claim */
  constructor(root: BytePath, runId: string) {
    this.#root = root;
    this.#scratch = entryTemporaryName(runId, 0, 0);
    const upperCased = lstatSync(native(`${root}/${CLAIM_NAME.toUpperCase()}`), { throwIfNoEntry: false });
    this.#folders = upperCased === undefined ? undefined : new Map();
  }

  /** Whether there can be any. */
  get arePossible(): boolean {
    return this.#folders !== undefined;
  }

  /** @throws {EntryError} NAME_COLLISION where an earlier name of this folder leads to the same place */
  meet(folder: BytePath, name: BytePath): void {
    if (this.#folders === undefined) return;
    let names = this.#folders.get(folder);
    if (names === undefined) {
      names = new Map();
      this.#folders.set(folder, names);
    }
    const folded = toText(name).normalize('NFKC').toLowerCase();
    const earlier = names.get(folded);
    if (earlier === undefined) names.set(folded, name);
    else if (this.#isOne(earlier, name)) {
      throw nameCollision(toText(earlier));
    }
  }

  leave(folder: BytePath): void {
    this.#folders?.delete(folder);
  }

  /** Folding names as we do is only a guess: the file system itself decides. */
  #isOne(earlier: BytePath, name: BytePath): boolean {
    const scratch = `${this.#root}/${this.#scratch}`;
    mkdirSync(native(scratch), 0o700);
    try {
      closeSync(openSync(native(`${scratch}/${earlier}`), 'wx'));
      return lstatSync(native(`${scratch}/${name}`), { throwIfNoEntry: false }) !== undefined;
    } finally {
      rmSync(native(scratch), { recursive: true, force: true });
    }
  }
}
