import { closeSync, lstatSync, mkdirSync, openSync, rmSync } from 'node:fs';
import { type BytePath, native, toText } from '../../files/byte-path.js';
import { CLAIM_NAME, entryTemporaryName } from '../../files/reserved-names.js';
import { foldedName } from '../../rules/folded-name.js';
import { nameCollision } from '../../rules/stands-there.js';

/**
 * The check for names of the source that are one in the destination, where its file system ignores case or the like.
 * @param root of the destination, which holds this run's claim
 * @returns undefined where its file system takes no two names for one
 */
export function nameCollisions(root: BytePath, runId: string): NameCollisions | undefined {
  const upperCased = lstatSync(native(`${root}/${CLAIM_NAME.toUpperCase()}`), { throwIfNoEntry: false });
  return upperCased && new NameCollisions(`${root}/${entryTemporaryName(runId, 0, 0)}`);
}

/** Finds the names of a source folder that the destination's file system takes for one. */
export class NameCollisions {
  readonly #scratch: string;
  /** Names by their folded form, of the folders that are being listed. */
  readonly #folders = new Map<BytePath, Map<string, BytePath>>();

  /** @param scratch a path in the destination where a folder may be made for a moment */
  constructor(scratch: string) {
    this.#scratch = scratch;
  }

  /** @throws {EntryError} NAME_COLLISION where an earlier name of this folder leads to the same place */
  meet(folder: BytePath, name: BytePath): void {
    let names = this.#folders.get(folder);
    if (names === undefined) {
      names = new Map();
      this.#folders.set(folder, names);
    }
    const folded = foldedName(name);
    const earlier = names.get(folded);
    if (earlier === undefined) names.set(folded, name);
    else if (this.#isOne(earlier, name)) {
      throw nameCollision(toText(earlier));
    }
  }

  leave(folder: BytePath): void {
    this.#folders.delete(folder);
  }

  /** Folding names as we do is only a guess: the file system itself decides. */
  #isOne(earlier: BytePath, name: BytePath): boolean {
    const scratch = this.#scratch;
    mkdirSync(native(scratch), 0o700);
    try {
      closeSync(openSync(native(`${scratch}/${earlier}`), 'wx'));
      return lstatSync(native(`${scratch}/${name}`), { throwIfNoEntry: false }) !== undefined;
    } finally {
      rmSync(native(scratch), { recursive: true, force: true });
    }
  }
}
