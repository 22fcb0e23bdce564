import type { BytePath } from '../common/byte-path.js';
import { FactsColumn, factsAt } from '../common/facts.js';
import type { FileRun } from '../common/file-run.js';
import { type Batch, JOB_KINDS, type JobKind, type Part } from '../common/messages.js';
import type { PendingJob } from './pending-job.js';

/**
 * Jobs that go to one worker together, in columns as they cross the pipe: thousands of them wait at a time,
 * and as objects they would keep the garbage collector busy.
 */
export class JobBatch {
  readonly attempt: number;
  readonly #folders: BytePath[] = [];
  readonly #folderOf: number[] = [];
  readonly #kinds: JobKind[] = [];
  readonly #names: BytePath[] = [];
  readonly #facts = new FactsColumn();
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
    this.#folderOf.push(this.#placeOf(folder));
    this.#kinds.push(kind);
    this.#names.push(name);
    this.#facts.push(facts);
    // A large file's first job has all the others behind it.
    if (kind === 'file' || kind === 'begin' || kind === 'compareContent') this.#bytes += facts.size;
    else if (kind === 'range' && part !== undefined) this.#bytes += part.end - part.start;
  }

  /**
   * Files of one folder, from the one at `from` on, as many as there is room for.
   * @returns how many those are
   */
  addFiles(folder: BytePath, run: FileRun, from: number): number {
    const place = this.#placeOf(folder);
    let row = from;
    for (; row < run.names.length && !this.isFull; row += 1) {
      const name = run.names[row];
      if (name === undefined) break;
      this.#folderOf.push(place);
      this.#kinds.push('file');
      this.#names.push(name);
      this.#facts.pushFrom(run.facts, row);
      this.#bytes += run.facts.sizeAt(row);
    }
    return row - from;
  }

  at(row: number): PendingJob {
    const kind = this.#kinds[row];
    const name = this.#names[row];
    const folder = this.folderAt(row);
    if (kind === undefined || name === undefined) throw this.#noJobAt(row);
    const job = { kind, folder, name, facts: factsAt(this.#facts.values, row), attempt: this.attempt };
    const firstName = this.#firstNames?.[row];
    const part = this.#parts?.[row];
    if (firstName === undefined && part === undefined) return job;
    return { ...job, ...(firstName !== undefined && { firstName }), ...(part && { part }) };
  }

  /** Whether the job at `row` is a file with no other name, copied by itself: nothing hangs on how it comes in. */
  isPlainFile(row: number): boolean {
    return this.#kinds[row] === 'file' && this.#facts.nlinkAt(row) === 1;
  }

  folderAt(row: number): BytePath {
    const folder = this.#folders[this.#folderOf[row] ?? -1];
    if (folder === undefined) throw this.#noJobAt(row);
    return folder;
  }

  #noJobAt(row: number): RangeError {
    return new RangeError(`a batch of ${this.size} jobs has none at ${row}`);
  }

  /** Where the folder stands: most jobs have the same as the one before. */
  #placeOf(folder: BytePath): number {
    if (this.#folders.at(-1) !== folder) this.#folders.push(folder);
    return this.#folders.length - 1;
  }

  message(id: number): Batch {
    return {
      id,
      attempt: this.attempt,
      folders: this.#folders,
      folderOf: this.#folderOf,
      kinds: Uint8Array.from(this.#kinds, kind => JOB_KINDS.codeOf(kind)),
      names: this.#names,
      facts: this.#facts.packed(),
      ...(this.#firstNames && { firstNames: this.#firstNames }),
      ...(this.#parts && { parts: this.#parts }),
    };
  }
}

/** Measured: with 64 the messages cost a fifth of the time of small files, with 1024 workers wait at the end. */
const MOST_JOBS = 256;
/** Measured: with a quarter of that, files of half a MiB take a twelfth more processor time. */
const MOST_BYTES = 16 * 1024 * 1024;
/** Measured: a small file takes as long as so many bytes of a large one. */
const ENTRY_WEIGHT = 16 * 1024;
