import type { BytePath } from '../../files/byte-path.js';
import { type Failure, failureOf } from '../../files/failure.js';
import { startOf } from '../../files/name-column.js';
import type { Queue } from '../../multiprocessing/index.js';
import { NO_WORD } from '../../protocol/codes.js';
import {
  type Batch,
  type BatchEnd,
  type DoneDetails,
  type FailedOutcome,
  folderAt,
  JOB_HOWS,
  type NotKept,
  usualBytes,
  type WorkerReport,
  type WorkerSettings,
} from '../../protocol/messages.js';
import { EffortMeter } from './effort-meter.js';
import type { Finished, Job } from './job.js';
import type { UnsyncedFolders } from './unsynced-folders.js';

/** Gathers how the entries of a batch end, and tells the parent now and then. */
export class Reporter {
  readonly #reports: Queue<WorkerReport>;
  readonly #settings: Pick<WorkerSettings, 'parentPid' | 'fleet'>;
  readonly #stop: AbortSignal;
  readonly #unsynced: UnsyncedFolders;
  #batch: Batch | undefined;
  #beganMs = 0;
  readonly #meter = new EffortMeter();
  /** Of each row of the batch how it ended, as it crosses the pipe. */
  #hows = new Uint8Array(0);
  /** The first row that has not been reported, and the first that the worker is not through with. */
  #from = 0;
  #to = 0;
  #details = new Map<number, DoneDetails>();
  #failed: FailedOutcome[] = [];
  readonly #failedIn = new Set<BytePath>();
  #bytes = 0;
  /** Of them, those of the present entry, however often reported. */
  #entryBytes = 0;
  #lastReport = performance.now();
  #lastLookMs = 0;

  /**
   * @param stop whether to go on
   * @param unsynced is written to the disk before what is in it is reported
   */
  constructor(
    reports: Queue<WorkerReport>,
    settings: Pick<WorkerSettings, 'parentPid' | 'fleet'>,
    stop: AbortSignal,
    unsynced: UnsyncedFolders,
  ) {
    this.#reports = reports;
    this.#settings = settings;
    this.#stop = stop;
    this.#unsynced = unsynced;
  }

  begin(batch: Batch): void {
    this.#beganMs = performance.now();
    this.#meter.begin();
    this.#batch = batch;
    this.#hows = new Uint8Array(batch.kinds.length).fill(NO_WORD);
    this.#from = 0;
    this.#to = 0;
    this.#failedIn.clear();
  }

  /** Tells that the batch has been begun, before any of it is done. */
  async tellBegin(): Promise<void> {
    await this.#reports.put(await this.#takeReport());
  }

  /** Waits for the ceiling on bytes, which is not counted as effort. */
  atCeiling<T>(wait: Promise<T>): Promise<T> {
    return this.#meter.leaveOut(wait);
  }

  copiedBytes(bytes: number): void {
    this.#bytes += bytes;
    this.#entryBytes += bytes;
  }

  /** What was copied of the present entry came to nothing. */
  takeBack(): void {
    this.#bytes -= this.#entryBytes;
    this.#entryBytes = 0;
  }

  /** The rows of a batch are done, or fail, one after the other. */
  done(row: number, { facts }: Pick<Job, 'facts'>, finished: Finished): void {
    const { how, bytes, notKept, digest, comparison, tookMs } = finished;
    this.#entryBytes = 0;
    this.#hows[row] = JOB_HOWS.codeOf(how);
    this.#to = row + 1;
    const isUsual = bytes === usualBytes(how, facts.size);
    const isMore = digest !== undefined || comparison !== undefined || tookMs !== undefined;
    if (isUsual && notKept.length === 0 && !isMore) return;
    this.#details.set(row, {
      ...(!isUsual && { bytes }),
      ...(notKept.length > 0 && { notKept }),
      ...(digest !== undefined && { digest }),
      ...(comparison && { comparison }),
      ...(tookMs !== undefined && { tookMs }),
    });
  }

  /** A file came in whole, of this size: its bytes are booked here too. */
  streamed(row: number, bytes: number, notKept: readonly NotKept[]): void {
    this.#bytes += bytes;
    this.#hows[row] = STREAMED;
    this.#to = row + 1;
    if (notKept.length > 0) this.#details.set(row, { notKept });
  }

  /** A file became another name of one that exists somewhere else. */
  linked(row: number): void {
    this.#hows[row] = LINKED;
    this.#to = row + 1;
  }

  failed(row: number, folder: BytePath, failure: Failure): void {
    this.takeBack();
    this.#to = row + 1;
    this.#failedIn.add(folder);
    this.#failed.push({ index: row, failure });
  }

  /** Whether an entry of this folder has failed in this batch. */
  hasFailedIn(folder: BytePath): boolean {
    return this.#failedIn.has(folder);
  }

  /**
   * To be awaited between entries and between the pieces of a large file: now and then it reports, which
   * also lets signals in, and it ends a worker whose parent has gone. Rejects with `Stopped`.
   */
  breathe(): Promise<void> | undefined {
    this.#lastLookMs = performance.now();
    const everyMs = this.#unsynced.isEmpty ? REPORT_EVERY_MS : REPORT_SYNCED_EVERY_MS;
    return this.#lastLookMs - this.#lastReport < everyMs ? undefined : this.report();
  }

  /** Whether the batch takes so long that what has not been begun of it is better spread over all workers. */
  get isOverdue(): boolean {
    const here = this.#isSideBySide ? GIVE_BACK_AFTER_MS_SIDE_BY_SIDE : GIVE_BACK_AFTER_MS;
    const isMember = this.#settings.fleet?.beatFile !== undefined;
    const longestMs = isMember ? GIVE_BACK_AFTER_MS_OF_MEMBER : here;
    return this.#lastLookMs - this.#beganMs > longestMs;
  }

  get #isSideBySide(): boolean {
    return this.#batch !== undefined && this.#batch.atATime > 1;
  }

  async report(): Promise<void> {
    const report = await this.#takeReport();
    if (report.done.hows.length > 0 || report.bytes !== 0) await this.#reports.put(report);
    await new Promise<void>(resolve => setImmediate(resolve));
    this.#stop.throwIfAborted();
  }

  /** The batch is through, or as much of it as was begun. */
  async end(): Promise<BatchEnd> {
    const rest = await this.#takeReport();
    return { rest, begun: this.#to, effort: this.#meter.end(this.#to, this.#batch?.atATime ?? 1) };
  }

  /** All that has not been reported yet, to be told to the parent. */
  async #takeReport(): Promise<WorkerReport> {
    // A worker in a synchronous loop outlives a killed parent: nothing else would tell it.
    if (process.ppid !== this.#settings.parentPid) process.exit(1);
    this.#lastReport = performance.now();
    const batch = this.#batch;
    if (batch === undefined) throw new Error('a report was asked for before the first batch');
    try {
      if (this.#isSideBySide) await this.#unsynced.syncWaiting();
      else this.#unsynced.sync();
    } catch (error) {
      this.#failAll(batch, failureOf(error));
    }
    const { id, names } = batch;
    const [from, to] = [this.#from, this.#to];
    const done = {
      from,
      hows: this.#hows.subarray(from, to),
      names: names.bytes.subarray(startOf(names, from), startOf(names, to)),
      details: this.#details,
    };
    const [failed, bytes, entryBytes] = [this.#failed, this.#bytes, this.#entryBytes];
    const report = { batch: id, worker: process.pid, done, failed, bytes, entryBytes };
    this.#from = to;
    this.#details = new Map();
    this.#failed = [];
    this.#bytes = 0;
    return report;
  }

  /** What is not surely on the disk is not finished. */
  #failAll(batch: Batch, { code, message }: Failure): void {
    const failure = { code, message: `its folder cannot be written to the disk: ${message}` };
    for (let index = this.#from; index < this.#to; index += 1) {
      if (this.#hows[index] === NO_WORD) continue;
      this.#hows[index] = NO_WORD;
      this.#failedIn.add(folderAt(batch, index));
      this.#failed.push({ index, failure });
    }
    this.#details.clear();
    this.#unsynced.clear();
  }
}

const LINKED = JOB_HOWS.codeOf('linked');
const STREAMED = JOB_HOWS.codeOf('streamed');
/** Often enough for a smooth bar and a prompt end, seldom enough to cost nothing. */
const REPORT_EVERY_MS = 20;
/** Each time the folders have to be written to the disk first. */
const REPORT_SYNCED_EVERY_MS = 100;
/** Several times what a batch takes on storage that answers at once, on a busy machine too. */
const GIVE_BACK_AFTER_MS = 100;
/** Where several files are under way, batches are sized to take longer. */
const GIVE_BACK_AFTER_MS_SIDE_BY_SIDE = 300;
/** Batches for other machines are larger still. Who runs the copy has its own workers list the source as well. */
const GIVE_BACK_AFTER_MS_OF_MEMBER = 2000;
