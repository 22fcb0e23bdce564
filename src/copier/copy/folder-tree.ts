import { type BytePath, ROOT, split } from '../../files/byte-path.js';
import type { Facts } from '../../files/facts.js';
import type { Failure } from '../../files/failure.js';

/**
 * Knows the folders that are not finished, and of each how many of its entries are not settled: a folder is
 * given its mode and times once nothing is left to do in it, children before their parents.
 */
export class FolderTree {
  readonly #folders = new Map<BytePath, State>();
  readonly #onReady: (folder: PendingFolder, failure: Failure | undefined) => void;

  /** @param onReady called once for each folder, when all in it is settled */
  constructor(onReady: (folder: PendingFolder, failure: Failure | undefined) => void) {
    this.#onReady = onReady;
  }

  get size(): number {
    return this.#folders.size;
  }

  enter(path: BytePath, facts: Facts, before: FolderBefore): void {
    const parent = path === ROOT ? undefined : this.#state(split(path)[0]);
    if (parent !== undefined) {
      parent.unsettled += 1;
      parent.isChanged ||= before === 'nothing';
    }
    const folder = { path, facts, parent: parent?.folder, before };
    this.#folders.set(path, {
      folder,
      unsettled: 0,
      listed: false,
      failure: undefined,
      batch: -1,
      handed: 0,
      isFinishing: false,
      isChanged: before !== 'finished folder',
    });
  }

  /** Entries of this folder have been handed on. */
  expect(path: BytePath, count = 1): void {
    this.#state(path).unsettled += count;
  }

  /** Something in this folder of the destination is not as it was, or may not be. */
  change(path: BytePath): void {
    this.#state(path).isChanged = true;
  }

  /** Whether nothing is left to be done about a folder: it was as it is to be, and nothing was changed in it. */
  isAsItIsToBe(path: BytePath): boolean {
    return !this.#state(path).isChanged;
  }

  /** So many of them are on their way to a worker, each in a single job, in the batch of this number. */
  handed(path: BytePath, batch: number, count = 1): void {
    const state = this.#state(path);
    if (state.batch !== batch) state.handed = 0;
    state.batch = batch;
    state.handed += count;
  }

  /**
   * All in the folder has been listed.
   * @returns whether all of it that is not settled is in the batch of this number: then the folder can be finished
   * behind it, and is not reported as ready
   */
  finishAfter(path: BytePath, batch: number): boolean {
    const state = this.#state(path);
    const isBehind =
      state.isChanged && state.unsettled > 0 && state.batch === batch && state.handed === state.unsettled;
    if (isBehind) {
      state.listed = true;
      state.isFinishing = true;
    }
    return isBehind;
  }

  /** Something failed in a folder that was to be finished: it is reported as ready when nothing is left to do. */
  postpone(path: BytePath): void {
    const state = this.#state(path);
    state.isFinishing = false;
    this.#checkReady(state);
  }

  /** Entries of this folder are finished, skipped or failed. */
  settle(path: BytePath, count = 1): void {
    const state = this.#state(path);
    state.unsettled -= count;
    this.#checkReady(state);
  }

  listed(path: BytePath, failure: Failure | undefined): void {
    const state = this.#state(path);
    state.listed = true;
    state.failure = failure;
    this.#checkReady(state);
  }

  /** The folder itself is settled. */
  leave(folder: PendingFolder): void {
    this.#folders.delete(folder.path);
    if (folder.parent !== undefined) this.settle(folder.parent.path);
  }

  get(path: BytePath): PendingFolder {
    return this.#state(path).folder;
  }

  #checkReady(state: State): void {
    if (state.listed && !state.isFinishing && state.unsettled === 0)
      this.#onReady(state.folder, state.failure);
  }

  #state(path: BytePath): State {
    const state = this.#folders.get(path);
    if (state === undefined) throw new Error(`no folder is pending at ${JSON.stringify(path)}`);
    return state;
  }
}

/** A folder whose content is being listed or copied. */
export interface PendingFolder {
  readonly path: BytePath;
  readonly facts: Facts;
  /** Undefined for the root. */
  readonly parent: PendingFolder | undefined;
  readonly before: FolderBefore;
}

/** What was in a folder's place in the destination: nothing that stayed, a folder, one just as it is to be. */
type FolderBefore = 'nothing' | 'folder' | 'finished folder';

interface State {
  readonly folder: PendingFolder;
  unsettled: number;
  listed: boolean;
  failure: Failure | undefined;
  /** The batch that its last entry was added to, and how many of them were. */
  batch: number;
  handed: number;
  /** Whether its own job is in that batch as well. */
  isFinishing: boolean;
  /** Whether it was not as it is to be before, or may not be any more. */
  isChanged: boolean;
}
