import { join } from '../../files/byte-path.js';
import type { Lane } from '../../files/system/libc-lane.js';
import { BatchRow } from '../../protocol/batch-row.js';
import type { Batch, NotKept } from '../../protocol/messages.js';
import type { Steps } from '../content/steps.js';
import type { WorkerContext } from '../context/worker-context.js';
import { finishFolderWaiting } from '../folders/finish-folder.js';
import { isPlainFile } from './copy-small-file.js';
import { copySmallFileWaiting } from './copy-small-file-waiting.js';

/**
 * On slow storage, the next small files of a batch are begun, and folders finished, while others are under way. They
 * are booked in their order all the same, each when its turn comes.
 */
export class FilesAhead {
  readonly #context: WorkerContext;
  readonly #batch: Batch;
  readonly #idle: Lane[];
  /** Files below it are small. */
  readonly #size: number;
  readonly #begun = new Map<number, Begun>();
  /** The row whose turn it is, and the first that has not been looked at. */
  #row = 0;
  #next = 0;
  #isStopped = false;

  constructor(context: WorkerContext, batch: Batch, lanes: readonly Lane[]) {
    this.#context = context;
    this.#batch = batch;
    this.#idle = [...lanes];
    this.#size = Math.min(...lanes.map(({ size }) => size));
  }

  /**
   * Waits for what is in a row.
   * @returns what could not be kept of it; undefined where it has still to be done
   */
  *copied(row: number): Steps<readonly NotKept[] | undefined> {
    this.#row = row;
    this.#next = Math.max(this.#next, row);
    this.#begin();
    const begun = this.#begun.get(row);
    if (begun === undefined) return undefined;
    yield begun.isThrough;
    this.#begun.delete(row);
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
    for (; !this.#isStopped && this.#next < end; this.#next += 1) {
      const row = new BatchRow(this.#batch);
      row.moveTo(this.#next);
      if (row.kind === 'finishAfter' || row.kind === 'finish') this.#beginFinishing(row);
      else if (this.#isPlain(row)) {
        const lane = this.#idle.pop();
        if (lane === undefined) return;
        this.#keep(row, this.#copy(row, lane));
      }
    }
  }

  #isPlain(row: BatchRow): boolean {
    if (!this.#context.mayGoSideBySide || row.kind !== 'file' || row.facts.size >= this.#size) return false;
    try {
      return isPlainFile(this.#context, row);
    } catch {
      return false; // In its turn it is copied in the usual way, which tells why.
    }
  }

  async #copy(row: BatchRow, lane: Lane): Promise<readonly NotKept[] | undefined> {
    try {
      return await copySmallFileWaiting(this.#context, row, lane);
    } finally {
      this.#idle.push(lane);
    }
  }

  /** A folder is finished behind all that was to be done in it, where all of that has gone well. */
  #beginFinishing(row: BatchRow): void {
    const before: Begun[] = [];
    for (let at = this.#row; row.kind === 'finishAfter' && at < row.index; at += 1) {
      const begun = this.#begun.get(at);
      if (begun === undefined) return;
      before.push(begun);
    }
    this.#keep(row, this.#finish(row, before));
  }

  async #finish(row: BatchRow, before: readonly Begun[]): Promise<readonly NotKept[] | undefined> {
    const folder = join(row.folder, row.name);
    for (const { isThrough } of before) await isThrough;
    const isAllDone = before.every(({ notKept }) => notKept !== undefined);
    if (!isAllDone || this.#context.reporter.hasFailedIn(folder)) return undefined;
    return await finishFolderWaiting(this.#context, folder, row.facts);
  }

  #keep(row: BatchRow, outcome: Promise<readonly NotKept[] | undefined>): void {
    const through = async () => {
      try {
        const notKept = await outcome;
        begun.notKept = notKept;
      } catch (error) {
        begun.error = error;
      }
      this.#begin();
    };
    const begun: Begun = { isThrough: through() };
    this.#begun.set(row.index, begun);
  }
}

/** What cannot be begun yet may be later: whether files can be clones is known once one has been tried. */
const ROWS_AHEAD = 32;

interface Begun {
  /** Never rejects. */
  readonly isThrough: Promise<void>;
  notKept?: readonly NotKept[] | undefined;
  error?: unknown;
}
