import type { BytePath } from '../../files/byte-path.js';
import { FactsColumn, factsAt } from '../../files/facts.js';
import type { FileRun } from '../../files/file-run.js';
import { NameColumn } from '../../files/name-column.js';
import { type Batch, JOB_KINDS, type Part } from '../../protocol/messages.js';
import type { PendingJob } from './pending-job.js';

/**
 * Jobs that go to one worker together, in columns as they cross the pipe: thousands of them wait at a time,
 * and as objects they would keep the garbage collector busy.
 */
export class JobBatch {
  readonly attempt: number;
  readonly #folders: BytePath[] = [];
  readonly #columns = spareColumns.pop() ?? new Columns();
  readonly #folderOf = this.#columns.folderOf;
  readonly #kinds = this.#columns.kinds;
  readonly #names = this.#columns.names;
  readonly #facts = this.#columns.facts;
  #firstNames: Record<number, BytePath> | undefined;
  #parts: Record<number, Part> | undefined;
  #bytes = 0;

  constructor(attempt: number, jobs: readonly PendingJob[] = []) {
    this.attempt = attempt;
    for (const job of jobs) this.add(job);
  }

  get size(): number {
    return this.#names.length;
  }

  /** How long it takes, as the bytes that could be copied meanwhile. */
  get weight(): number {
    return this.#bytes + this.size * ENTRY_WEIGHT;
  }

  get isFull(): boolean {
    return this.size >= MOST_JOBS || this.#bytes >= MOST_BYTES;
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
  addFiles(folder: BytePath, run: FileRun, from: number, end: number): number {
    const first = this.size;
    const most = Math.min(end, from + MOST_JOBS - first);
    let to = from;
    for (; to < most && this.#bytes < MOST_BYTES; to += 1) this.#bytes += run.facts.sizeAt(to);
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
    const job = { kind, folder, name, facts: factsAt(this.#facts.values, row), attempt: this.attempt };
    const firstName = this.#firstNames?.[row];
    const part = this.#parts?.[row];
    if (firstName === undefined && part === undefined) return job;
    return { ...job, ...(firstName !== undefined && { firstName }), ...(part && { part }) };
  }

  /** Where in the memory of all names that of a row begins; of the one behind the last row, where they end. */
  nameStart(row: number): number {
    return this.#names.startOf(row);
  }

  /** Whether the job at `row` is a file with no other name, copied by itself: nothing hangs on how it comes in. */
  isPlainFile(row: number): boolean {
    return this.#kinds[row] === FILE && this.#facts.nlinkAt(row) === 1;
  }

  /** The sizes in the rows from `from` to before `end`, together. */
  bytesOf(from: number, end: number): number {
    let bytes = 0;
    for (let row = from; row < end; row += 1) bytes += this.#facts.sizeAt(row);
    return bytes;
  }

  folderAt(row: number): BytePath {
    const folder = this.#folders[this.#folderOf[row] ?? -1];
    if (folder === undefined) throw this.#noJobAt(row);
    return folder;
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

  /** All of it is settled: its memory goes to another batch, and nothing can be asked of this one any more. */
  release(): void {
    this.#names.clear();
    this.#facts.clear();
    spareColumns.push(this.#columns);
  }

  message(id: number): Batch {
    return {
      id,
      attempt: this.attempt,
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

/** The memory of a batch: fresh for each, it would pile up outside of V8's heap until that is next cleared. */
class Columns {
  readonly folderOf = new Uint16Array(MOST_JOBS);
  readonly kinds = new Uint8Array(MOST_JOBS);
  readonly names = new NameColumn(MOST_JOBS);
  readonly facts = new FactsColumn(MOST_JOBS);
}

const spareColumns: Columns[] = [];

const FILE = JOB_KINDS.codeOf('file');
/** Measured: with 64 the messages cost a fifth of the time of small files, with 1024 workers wait at the end. */
const MOST_JOBS = 256;
/** Measured: with a quarter of that, files of half a MiB take a twelfth more processor time. */
const MOST_BYTES = 16 * 1024 * 1024;
/** Measured: a small file takes as long as so many bytes of a large one. */
const ENTRY_WEIGHT = 16 * 1024;
