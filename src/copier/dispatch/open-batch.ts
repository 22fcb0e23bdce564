import { type BytePath, join } from '../../files/byte-path.js';
import { kindOf } from '../../files/facts.js';
import { nameIn } from '../../files/name-column.js';
import {
  type DoneColumns,
  type DoneOutcome,
  JOB_HOWS,
  usualBytes,
  type WorkerReport,
} from '../../protocol/messages.js';
import type { UnderWay } from '../report/under-way.js';
import type { JobBatch } from './job-batch.js';
import type { PendingJob } from './pending-job.js';

/** A batch that a worker is at, and which of its jobs are not settled. */
export class OpenBatch {
  readonly id: number;
  readonly isAlone: boolean;
  readonly #handedMs = performance.now();
  #firstReportMs: number | undefined;
  readonly #jobs: JobBatch;
  readonly #isSettled: Uint8Array;
  #unsettled: number;
  #worker: number | undefined;
  /** The row that the worker is at, as far as it has reported. */
  #atRow = 0;
  #atSinceMs = performance.now();
  #atBytes = 0;

  /** @param isAlone whether no other batch is under way until this one has ended */
  constructor(id: number, jobs: JobBatch, isAlone: boolean) {
    this.id = id;
    this.isAlone = isAlone;
    this.#jobs = jobs;
    this.#isSettled = new Uint8Array(jobs.size);
    this.#unsettled = jobs.size;
  }

  /** How many of its jobs are not settled. */
  get left(): number {
    return this.#unsettled;
  }

  /**
   * How long a worker has been at it: since its first report, as it may have waited before for one to start, or to be
   * through with another. One that has nothing to report for long may be stuck in its first call.
   */
  get ageMs(): number {
    const nowMs = performance.now();
    return this.#firstReportMs === undefined
      ? Math.max(nowMs - this.#handedMs - LONGEST_START_MS, 0)
      : nowMs - this.#firstReportMs;
  }

  /** Whether it is known that a worker has begun with it. */
  get hasReported(): boolean {
    return this.#firstReportMs !== undefined;
  }

  /** A report of it has come in. */
  reported({ worker, done, entryBytes }: WorkerReport): void {
    const nowMs = performance.now();
    const row = done.from + done.hows.length;
    if (row !== this.#atRow || this.#firstReportMs === undefined) this.#atSinceMs = nowMs;
    this.#firstReportMs ??= nowMs;
    this.#worker = worker;
    this.#atRow = row;
    this.#atBytes = entryBytes;
  }

  /** What its worker is at. Undefined where it is through with the batch. */
  get underWay(): UnderWay | undefined {
    if (this.#atRow >= this.#jobs.size) return undefined;
    const { kind, folder, name, facts, part } = this.#jobs.at(this.#atRow);
    return {
      worker: this.#worker,
      path: join(folder, name),
      size: kindOf(facts) === 'file' ? facts.size : 0,
      start: kind === 'range' ? (part?.start ?? 0) : 0,
      bytes: this.#atBytes,
      isInRanges: part !== undefined,
      sinceMs: this.#atSinceMs,
    };
  }

  /** The job at `index`, which is settled now. */
  settle(index: number): PendingJob {
    this.#mark(index);
    return this.#jobs.at(index);
  }

  /**
   * Settles what is done, row by row.
   * @param inRuns whether plain files are reported together
   */
  *settleDone(done: DoneColumns, inRuns: boolean): Generator<Settled, void, undefined> {
    const { from, hows, details } = done;
    const end = from + hows.length;
    for (let row = from; row < end; ) {
      const how = JOB_HOWS.wordOf(hows[row - from]);
      const start = row;
      if (inRuns) while (row < end && this.#isInRun(done, row, start)) this.#mark(row++);
      if (row > start) {
        const last = this.#nameOf(done, row - 1);
        const bytes = this.#jobs.bytesOf(start, row);
        yield { kind: 'files', folder: this.#jobs.folderAt(start), count: row - start, bytes, last };
        continue;
      }
      if (how !== undefined) {
        const job = this.settle(row);
        const usual = { how, bytes: usualBytes(how, job.facts.size) };
        yield { kind: 'job', job, outcome: details.size === 0 ? usual : { ...usual, ...details.get(row) } };
      }
      row += 1;
    }
  }

  *unsettled(): Generator<[index: number, job: PendingJob], void, undefined> {
    for (const [index, isSettled] of this.#isSettled.entries()) {
      if (isSettled === 0) yield [index, this.#jobs.at(index)];
    }
  }

  #isInRun({ from, hows, details }: DoneColumns, row: number, start: number): boolean {
    return (
      hows[row - from] === STREAMED &&
      this.#jobs.isPlainFile(row) &&
      this.#jobs.folderAt(row) === this.#jobs.folderAt(start) &&
      !(details.size > 0 && details.has(row))
    );
  }

  #nameOf({ from, names }: DoneColumns, row: number): BytePath {
    const before = this.#jobs.nameStart(from);
    return nameIn(names, this.#jobs.nameStart(row) - before, this.#jobs.nameStart(row + 1) - before);
  }

  #mark(index: number): void {
    if (this.#isSettled[index] !== 0) {
      throw new Error(`entry ${index} of batch ${this.id} was reported, but is not open`);
    }
    this.#isSettled[index] = 1;
    this.#unsettled -= 1;
  }
}

/** What a report says of one entry, or of several of one folder at once. */
export type Settled =
  | { readonly kind: 'job'; readonly job: PendingJob; readonly outcome: DoneOutcome }
  | SettledFiles;

/** Plain files of one folder, all of them streamed, with nothing more to tell. */
export interface SettledFiles {
  readonly kind: 'files';
  readonly folder: BytePath;
  readonly count: number;
  /** Of content, all of them together. */
  readonly bytes: number;
  /** The name of the last. */
  readonly last: BytePath;
}

/** A worker starts, and does its batch before, in less, on a busy machine too. */
const LONGEST_START_MS = 4_000;
const STREAMED = JOB_HOWS.codeOf('streamed');
