import { type BytePath, join } from '../../files/byte-path.js';
import { copyOf } from '../../files/facts.js';
import { FactsColumn } from '../../files/facts-column.js';
import type { FileRun } from '../../files/file-run.js';
import { NameColumn } from '../../files/name-column.js';
import { type Batch, JOB_KINDS, type Part } from '../../protocol/messages.js';
import { BATCH_LIMIT, type BatchLimit, batchWeight } from './batch-size.js';
import type { PendingJob } from './pending-job.js';

/**
 * Jobs that go to one worker together, in columns as they cross the pipe: thousands of them wait at a time,
 * and as objects they would keep the garbage collector busy.
 */
export class JobBatch {
  /** Of all jobs in it. */
  readonly attempt: number;
  readonly again: boolean;
  readonly #folders: BytePath[] = [];
  readonly #columns: Columns;
  readonly #folderOf: Uint16Array;
  readonly #kinds: Uint8Array;
  readonly #names: NameColumn;
  readonly #facts: FactsColumn;
  #firstNames: Record<number, BytePath> | undefined;
  #parts: Record<number, Part> | undefined;
  #bytes = 0;

  /** @param columns its memory, with nothing in it */
  constructor({ attempt, again = false }: Try, columns = new Columns()) {
    this.attempt = attempt;
    this.again = again;
    this.#columns = columns;
    this.#folderOf = columns.folderOf;
    this.#kinds = columns.kinds;
    this.#names = columns.names;
    this.#facts = columns.facts;
  }

  get size(): number {
    return this.#names.length;
  }

  /** Of content. */
  get bytes(): number {
    return this.#bytes;
  }

  get weight(): number {
    return batchWeight(this.size, this.#bytes);
  }

  isFull({ jobs, bytes }: BatchLimit): boolean {
    return this.size >= jobs || this.#bytes >= bytes;
  }

  add({ kind, folder, name, facts, firstName, part }: PendingJob): void {
    const row = this.#names.length;
    if (part !== undefined) {
      this.#parts ??= {};
      this.#parts[row] = part;
    }
    if (firstName !== undefined) {
      this.#firstNames ??= {};
      this.#firstNames[row] = firstName;
    }
    this.#folderOf[row] = this.#placeOf(folder);
    this.#kinds[row] = JOB_KINDS.codeOf(kind);
    this.#names.push(name);
    this.#facts.push(facts);
    if (kind === 'file' || kind === 'compareContent') this.#bytes += facts.size;
    // What is likely to come behind a large file's first job is in its part.
    else if (part !== undefined && kind !== 'end') this.#bytes += part.end - part.start;
  }

  /**
   * Files of one folder, those in the run's rows from `from` to before `end`, as many as there is room for.
   * @returns how many those are
   */
  addFiles(folder: BytePath, run: FileRun, from: number, end: number, limit = BATCH_LIMIT): number {
    const first = this.size;
    const most = Math.min(end, from + limit.jobs - first);
    let to = from;
    for (; to < most && this.#bytes < limit.bytes; to += 1) this.#bytes += run.facts.at(to).size;
    const last = first + to - from;
    this.#folderOf.fill(this.#placeOf(folder), first, last);
    this.#kinds.fill(FILE, first, last);
    this.#names.pushRows(run.names, from, to);
    this.#facts.pushRows(run.facts, from, to);
    return to - from;
  }

  at(row: number): PendingJob {
    const kind = JOB_KINDS.wordOf(this.#kinds[row]);
    if (kind === undefined || row >= this.size) throw this.#noJobAt(row);
    const folder = this.folderAt(row);
    const name = this.#names.at(row);
    const job = { kind, folder, name, facts: copyOf(this.#facts.at(row)), attempt: this.attempt };
    const firstName = this.#firstNames?.[row];
    const part = this.#parts?.[row];
    if (firstName === undefined && part === undefined && !this.again) return job;
    const again = this.again && { again: true as const };
    return { ...job, ...again, ...(firstName !== undefined && { firstName }), ...(part && { part }) };
  }

  /** Where in the memory of all names that of a row begins; of the one behind the last row, where they end. */
  nameStart(row: number): number {
    return this.#names.startOf(row);
  }

  /** Whether the job at `row` is a file with no other name, copied by itself: nothing hangs on how it comes in. */
  isPlainFile(row: number): boolean {
    return this.#kinds[row] === FILE && this.#facts.at(row).nlink === 1;
  }

  /** The sizes in the rows from `from` to before `end`, together. */
  bytesOf(from: number, end: number): number {
    let bytes = 0;
    for (let row = from; row < end; row += 1) bytes += this.#facts.at(row).size;
    return bytes;
  }

  folderAt(row: number): BytePath {
    const folder = this.#folders[this.#folderOf[row] ?? -1];
    if (folder === undefined) throw this.#noJobAt(row);
    return folder;
  }

  /** Whether the job at `row` is in the same folder as the one before it, or finishes that folder. */
  goesOnAt(row: number): boolean {
    const before = this.folderAt(row - 1);
    const folder = this.folderAt(row);
    return folder === before || (this.#kinds[row] === FINISH && join(folder, this.#names.at(row)) === before);
  }

  #noJobAt(row: number): RangeError {
    return new RangeError(`a batch of ${this.size} jobs has none at ${row}`);
  }

  /** Where the folder stands: most jobs have the same as the one before, or, behind a finished folder, the one before that. */
  #placeOf(folder: BytePath): number {
    const folders = this.#folders;
    const last = folders.length - 1;
    if (folders[last] === folder) return last;
    if (folders[last - 1] === folder) return last - 1;
    return folders.push(folder) - 1;
  }

  /** Gives its memory up. */
  release(): Columns {
    this.#names.clear();
    this.#facts.clear();
    return this.#columns;
  }

  message(sent: Pick<Batch, 'id' | 'isLastTry' | 'atATime'>): Batch {
    return {
      ...sent,
      again: this.again,
      folders: this.#folders,
      folderOf: this.#folderOf.subarray(0, this.size),
      kinds: this.#kinds.subarray(0, this.size),
      names: this.#names.packed(),
      facts: this.#facts.packed(),
      ...(this.#firstNames && { firstNames: this.#firstNames }),
      ...(this.#parts && { parts: this.#parts }),
    };
  }
}

/** The same for all jobs of a batch. */
export type Try = Pick<PendingJob, 'attempt'> & { readonly again?: boolean };

/** The memory of a batch. */
export class Columns {
  readonly folderOf = new Uint16Array(BATCH_LIMIT.jobs);
  readonly kinds = new Uint8Array(BATCH_LIMIT.jobs);
  readonly names = new NameColumn(BATCH_LIMIT.jobs);
  readonly facts = new FactsColumn(BATCH_LIMIT.jobs);
}

const FILE = JOB_KINDS.codeOf('file');
const FINISH = JOB_KINDS.codeOf('finishAfter');
