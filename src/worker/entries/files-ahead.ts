import type { Lane } from '../../files/system/libc-lane.js';
import { BatchRow } from '../../protocol/batch-row.js';
import type { Batch, NotKept } from '../../protocol/messages.js';
import type { Steps } from '../content/steps.js';
import type { WorkerContext } from '../context/worker-context.js';
import { isPlainFile } from './copy-small-file.js';
import { copySmallFileWaiting } from './copy-small-file-waiting.js';

/**
 * Where storage is slow, the next small files of a batch are begun while others are under way. They are booked in
 * their order all the same, each when its turn comes.
 */
export class FilesAhead {
  readonly #context: WorkerContext;
  readonly #batch: Batch;
  readonly #idle: Lane[];
  readonly #begun = new Map<number, Begun>();
  /** The row whose turn it is, and the first that has not been looked at. */
  #row = 0;
  #next = 0;
  #isStopped = false;

  constructor(context: WorkerContext, batch: Batch, lanes: readonly Lane[]) {
    this.#context = context;
    this.#batch = batch;
    this.#idle = [...lanes];
  }

  /**
   * Waits for the file in a row.
   * @returns what could not be kept of it; undefined where it has still to be copied
   */
  *copied(row: number): Steps<readonly NotKept[] | undefined> {
    this.#row = row;
    this.#next = Math.max(this.#next, row);
    this.#begin();
    const begun = this.#begun.get(row);
    if (begun === undefined) return undefined;
    this.#begun.delete(row);
    yield begun.isThrough;
    if (begun.error !== undefined) throw begun.error;
    return begun.notKept;
  }

  /** Begins none any more. @returns whether any is still to be booked */
  stop(): boolean {
    this.#isStopped = true;
    return this.#begun.size > 0;
  }

  /** Waits for all that are under way. */
  *through(): Steps<void> {
    this.stop();
    for (const { isThrough } of this.#begun.values()) yield isThrough;
  }

  #begin(): void {
    const end = Math.min(this.#row + ROWS_AHEAD, this.#batch.kinds.length);
    while (!this.#isStopped && this.#next < end) {
      const lane = this.#idle.pop();
      if (lane === undefined) return;
      if (this.#isBegun(this.#next, lane)) continue;
      this.#idle.push(lane);
    }
  }

  #isBegun(index: number, lane: Lane): boolean {
    this.#next = index + 1;
    const row = new BatchRow(this.#batch);
    row.moveTo(index);
    if (row.kind !== 'file' || row.facts.size >= lane.size || !isPlainFile(this.#context, row)) return false;
    const begun: Begun = { isThrough: this.#copy(row, lane, outcome => Object.assign(begun, outcome)) };
    this.#begun.set(index, begun);
    return true;
  }

  async #copy(row: BatchRow, lane: Lane, done: (outcome: Outcome) => void): Promise<void> {
    try {
      done({ notKept: await copySmallFileWaiting(this.#context, row, lane) });
    } catch (error) {
      done({ error });
    }
    this.#idle.push(lane);
    this.#begin();
  }
}

/** What cannot be begun yet may be later: whether files can be clones is known once one has been tried. */
const ROWS_AHEAD = 32;

interface Outcome {
  notKept?: readonly NotKept[] | undefined;
  error?: unknown;
}

interface Begun extends Outcome {
  /** Never rejects. */
  readonly isThrough: Promise<void>;
}
