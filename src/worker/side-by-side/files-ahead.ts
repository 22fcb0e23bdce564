import { join } from '../../files/byte-path.js';
import type { Lane } from '../../files/system/libc-lane.js';
import { BatchRow } from '../../protocol/batch-row.js';
import type { Batch } from '../../protocol/messages.js';
import type { Steps } from '../content/steps.js';
import type { WorkerContext } from '../context/worker-context.js';
import { isPlainFile } from '../entries/copy-small-file.js';
import { finishFolderWaiting } from '../folders/finish-folder.js';
import { type CopiedAhead, copySmallFileWaiting } from './copy-small-file-waiting.js';
import { linkWaiting } from './link-waiting.js';
import { nextToBegin } from './next-to-begin.js';
import { removeWaiting } from './remove-waiting.js';

/**
 * On slow storage, the next small files of a batch are begun, and folders finished, while others are under way. They
 * are booked in their order all the same, each when its turn comes. Files of several folders are begun in turn: the
 * kernel makes entries of one folder one after the other.
 */
export class FilesAhead {
  readonly #context: WorkerContext;
  readonly #batch: Batch;
  readonly #idle: Lane[];
  /** Files below it are small. */
  readonly #size: number;
  readonly #begun = new Map<number, Begun>();
  /** Files that may be begun, and folders that may be finished, each in their order. */
  readonly #files: number[] = [];
  readonly #folders: number[] = [];
  /** Files that are being copied, and how many of them each folder has. */
  readonly #copying = new Set<Promise<void>>();
  readonly #underWay: Uint8Array;
  /** The row whose turn it is, and the first that has not been looked at. */
  #row = 0;
  #next = 0;
  /** None from here on is begun. */
  #end: number;

  constructor(context: WorkerContext, batch: Batch, lanes: readonly Lane[]) {
    this.#context = context;
    this.#batch = batch;
    this.#idle = [...lanes];
    this.#size = Math.min(...lanes.map(({ size }) => size));
    this.#underWay = new Uint8Array(batch.folders.length);
    this.#end = batch.kinds.length;
  }

  /**
   * Waits for what is in a row.
   * @returns undefined where it has still to be done
   */
  *copied(row: number): Steps<Outcome> {
    this.#row = row;
    this.#next = Math.max(this.#next, row);
    this.#begin();
    while (this.#files[0] === row && this.#copying.size > 0 && this.#isNext(this.#rowAt(row)))
      yield Promise.race(this.#copying);
    const begun = this.#begun.get(row);
    if (begun === undefined) {
      if (this.#files[0] === row) this.#files.shift();
      return undefined;
    }
    yield begun.isThrough;
    this.#begun.delete(row);
    if (begun.error !== undefined) throw begun.error;
    return begun.copied;
  }

  /** Begins none any more behind those that are begun. @returns whether any is still to be booked */
  stop(): boolean {
    this.#end = Math.min(this.#end, Math.max(-1, ...this.#begun.keys()) + 1);
    return this.#begun.size > 0;
  }

  /** Waits for all that are under way, and begins no more. */
  *through(): Steps<void> {
    this.#end = 0;
    for (const { isThrough } of this.#begun.values()) yield isThrough;
  }

  #begin(): void {
    for (const end = Math.min(this.#row + ROWS_AHEAD, this.#end); this.#next < end; this.#next += 1) {
      const row = this.#rowAt(this.#next);
      if (row.kind === 'finish' || row.kind === 'finishAfter') this.#folders.push(this.#next);
      else if (row.kind === 'file' && (this.#mayLink || row.facts.size < this.#size))
        this.#files.push(this.#next);
      else if (row.kind === 'remove') this.#keep(row, removeWaiting(this.#context, row));
    }
    this.#beginFinishing();
    while (this.#idle.length > 0) {
      const among = { turn: this.#row, end: this.#end, folderOf: this.#batch.folderOf };
      const isNext = (row: number) => this.#isNext(this.#rowAt(row));
      const at = nextToBegin(this.#files, among, this.#underWay, isNext);
      const [index] = at === undefined ? [] : this.#files.splice(at, 1);
      const lane = index === undefined ? undefined : this.#idle.pop();
      if (index === undefined || lane === undefined) return;
      const row = this.#rowAt(index);
      const { isThrough } = this.#keep(row, this.#copy(row, lane));
      this.#copying.add(isThrough);
      void isThrough.then(() => this.#copying.delete(isThrough));
    }
  }

  #rowAt(index: number): BatchRow {
    const row = new BatchRow(this.#batch);
    row.moveTo(index);
    return row;
  }

  /** Whether a snapshot may have files, large ones too. */
  get #mayLink(): boolean {
    return this.#context.snapshots.length > 0;
  }

  /** Whether a file is one to begin. */
  #isNext(row: BatchRow): boolean {
    return this.#mayLink ? !this.#batch.again : this.#isPlain(row);
  }

  /** What is not yet may be later: whether files can be clones is known once one has been tried. */
  #isPlain(row: BatchRow): boolean {
    // What a lost try of it may have made is seen to in the usual way.
    if (this.#context.settings.fleet !== undefined && this.#batch.again) return false;
    try {
      return this.#context.mayGoSideBySide && isPlainFile(this.#context, row);
    } catch {
      return false; // In its turn it is copied in the usual way, which tells why.
    }
  }

  async #copy(row: BatchRow, lane: Lane): Promise<Outcome> {
    const folder = this.#batch.folderOf[row.index] ?? 0;
    this.#underWay[folder] = (this.#underWay[folder] ?? 0) + 1;
    try {
      const linked = this.#mayLink ? await linkWaiting(this.#context, row) : 'not there';
      if (linked === 'linked') return linked;
      const isToBeCopied = linked === 'not there' && row.facts.size < this.#size && this.#isPlain(row);
      return isToBeCopied ? await copySmallFileWaiting(this.#context, row, lane) : undefined;
    } finally {
      this.#underWay[folder] = (this.#underWay[folder] ?? 0) - 1;
      this.#idle.push(lane);
    }
  }

  /** Folders are finished behind all that was to be done in them, where all of that has gone well. */
  #beginFinishing(): void {
    for (let index = this.#folders[0]; index !== undefined && index < this.#end; index = this.#folders[0]) {
      const row = this.#rowAt(index);
      const before = row.kind === 'finishAfter' ? this.#allBegun(this.#row, index) : [];
      if (before === undefined) return;
      this.#folders.shift();
      this.#keep(row, this.#finish(row, before));
    }
  }

  /** The rows from one to before another, if each is begun. */
  #allBegun(from: number, to: number): readonly Begun[] | undefined {
    const all: Begun[] = [];
    for (let at = from; at < to; at += 1) {
      const begun = this.#begun.get(at);
      if (begun === undefined) return undefined;
      all.push(begun);
    }
    return all;
  }

  async #finish(row: BatchRow, before: readonly Begun[]): Promise<CopiedAhead | undefined> {
    const folder = join(row.folder, row.name);
    for (const { isThrough } of before) await isThrough;
    const isAllDone = before.every(({ copied }) => copied !== undefined);
    if (!isAllDone || this.#context.reporter.hasFailedIn(folder)) return undefined;
    const notKept = await finishFolderWaiting(this.#context, folder, row.facts);
    return notKept === undefined ? undefined : { notKept };
  }

  #keep(row: BatchRow, outcome: Promise<Outcome>): Begun {
    const through = async () => {
      try {
        const copied = await outcome;
        begun.copied = copied;
      } catch (error) {
        begun.error = error;
      }
      this.#begin();
    };
    const begun: Begun = { isThrough: through() };
    this.#begun.set(row.index, begun);
    return begun;
  }
}

/** So many that files of several folders are among them. */
const ROWS_AHEAD = 64;

interface Begun {
  /** Never rejects. */
  readonly isThrough: Promise<void>;
  copied?: Outcome;
  error?: unknown;
}

/** Undefined: it has to be done in the usual way. */
type Outcome = CopiedAhead | 'linked' | undefined;
