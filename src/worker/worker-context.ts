import { closeSync, fsyncSync, openSync } from 'node:fs';
import { type BytePath, ROOT, split } from '../common/byte-path.js';
import { NO_WORD } from '../common/codes.js';
import { FACT, FACT_ROW, type Facts } from '../common/facts.js';
import { type Failure, failureOf } from '../common/failure.js';
import { type FolderHandles, openFolderHandles } from '../common/folder-handles.js';
import {
  type Batch,
  type BatchEnd,
  type FailedOutcome,
  folderAt,
  JOB_HOWS,
  type More,
  type NotKept,
  usualBytes,
  type WorkerReport,
  type WorkerSettings,
} from '../common/messages.js';
import { startOf } from '../common/name-column.js';
import { entryCalls } from '../common/system/entry-calls.js';
import type { Queue } from '../multiprocessing/index.js';
import { Chunks } from './chunks.js';
import { Clones } from './clones.js';
import { type DestinationTraits, readTraits } from './destination-traits.js';
import type { Digest } from './digest.js';
import type { Finished, Job } from './job.js';
import { timeGrainNs } from './time-grain.js';

/** What one copy worker has at hand for all its batches, and its one way of reporting. */
export class WorkerContext {
  readonly source: FolderHandles;
  readonly destination: FolderHandles;
  readonly calls = entryCalls();
  #timeGrainNs: number | undefined;
  readonly chunks: Chunks;
  #otherChunks: Chunks | undefined;
  readonly clones = new Clones();
  readonly #reports: Queue<WorkerReport>;
  readonly #budget: Queue<number> | undefined;
  #paidBytes = 0;
  readonly #touched = new Set<BytePath>();
  #batch: Batch | undefined;
  #beganMs = 0;
  /** Of each row of the batch how it ended, as it crosses the pipe. */
  #hows = new Uint8Array(0);
  /** The first row that has not been reported, and the first that the worker is not through with. */
  #from = 0;
  #to = 0;
  #more = new Map<number, More>();
  /** Reports of this batch. */
  #reported = 0;
  #failed: FailedOutcome[] = [];
  readonly #failedIn = new Set<BytePath>();
  #bytes = 0;
  /** Of them, those of the present entry, however often reported. */
  #entryBytes = 0;
  #lastReport = performance.now();
  #traits: DestinationTraits | undefined;
  #traitsOf: BytePath | undefined;

  constructor(
    readonly settings: WorkerSettings,
    reports: Queue<WorkerReport>,
    budget: Queue<number> | undefined,
    /** Loaded only where digests are taken. */
    readonly digests: typeof import('./digest.js') | undefined,
  ) {
    this.source = openFolderHandles(settings.source, settings.dereference);
    this.destination = openFolderHandles(settings.destination);
    this.chunks = new Chunks(settings.chunkSize, budget !== undefined);
    this.#reports = reports;
    this.#budget = budget;
    const { standing, digests: wantsDigests, fsync } = settings;
    this.isPlain = standing === 'nothing' && budget === undefined && !wantsDigests && !fsync;
  }

  /** Whether a small file is only to be copied: nothing to wait for, to compare with, to read back or to sync. */
  readonly isPlain: boolean;

  begin(batch: Batch): void {
    this.#beganMs = performance.now();
    this.#batch = batch;
    this.#hows = new Uint8Array(batch.kinds.length).fill(NO_WORD);
    this.#from = 0;
    this.#to = 0;
    this.#reported = 0;
    this.#failedIn.clear();
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

  /** Where there is a ceiling: waits until the pool's budget has room for so many bytes. */
  pay(bytes: number): Promise<void> | undefined {
    return this.#budget === undefined ? undefined : this.#payFrom(this.#budget, bytes);
  }

  async #payFrom(budget: Queue<number>, bytes: number): Promise<void> {
    while (this.#paidBytes < bytes) this.#paidBytes += await budget.get();
    this.#paidBytes -= bytes;
  }

  /** Something in this folder was changed that has to be on the disk before it is told of. */
  touched(folder: BytePath): void {
    if (this.settings.fsync) this.#touched.add(folder);
  }

  /** So that others can be opened; they are opened again when they are needed. */
  closeFolders(): void {
    this.source.close();
    this.destination.close();
  }

  /** The rows of a batch are done, or fail, one after the other. */
  done(row: number, { facts }: Job, finished: Finished): void {
    const { how, bytes, notKept, digest, comparison, tookMs } = finished;
    this.#entryBytes = 0;
    this.#hows[row] = JOB_HOWS.codeOf(how);
    this.#to = row + 1;
    const isUsual = bytes === usualBytes(how, facts.size);
    const isMore = digest !== undefined || comparison !== undefined || tookMs !== undefined;
    if (isUsual && notKept.length === 0 && !isMore) return;
    this.#more.set(row, {
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
    if (notKept.length > 0) this.#more.set(row, { notKept });
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

  /** @returns undefined where the run wants no digests */
  newDigest(): Digest | undefined {
    return this.digests !== undefined && this.settings.digests ? new this.digests.Digest() : undefined;
  }

  /** Whether a file could be a clone, as far as is known yet. */
  mayBeCloned(batch: Batch, row: number): boolean {
    if (this.settings.reflink === 'never') return false;
    const at = row * FACT_ROW;
    const deviceHigh = batch.facts[at + FACT.deviceHigh] ?? 0;
    const deviceLow = batch.facts[at + FACT.deviceLow] ?? 0;
    const { folder } = this.traits(folderAt(batch, row));
    return !this.clones.isImpossible({ deviceHigh, deviceLow }, folder);
  }

  /** What the destination's folder hands down to new entries. */
  traits(folder: BytePath): DestinationTraits {
    // All folders of a copy's own making are like its root.
    const place = this.settings.standing === 'content' ? folder : ROOT;
    if (this.#traits === undefined || place !== this.#traitsOf) {
      this.#traits = readTraits(this.destination.at(place).slice(0, -1));
      this.#traitsOf = place;
    }
    return this.#traits;
  }

  /** Times closer together than this are one for the destination's file system. */
  get timeGrainNs(): number {
    this.#timeGrainNs ??= timeGrainNs(this.settings.destination);
    return this.#timeGrainNs;
  }

  /** For the second of two files that are read side by side. */
  get otherChunks(): Chunks {
    this.#otherChunks ??= new Chunks(this.settings.chunkSize, this.#budget !== undefined);
    return this.#otherChunks;
  }

  /** What stands in the destination at `path`, a link itself and not what is behind it. */
  standing(path: BytePath | undefined): Facts | undefined {
    if (path === undefined) return undefined;
    const [folder, name] = split(path);
    return this.calls.factsIn(this.destination.place(folder), name, false);
  }

  /**
   * To be awaited between entries and between the pieces of a large file: now and then it reports, which
   * also lets signals in, and it ends a worker whose parent has gone.
   */
  breathe(): Promise<void> | undefined {
    return performance.now() - this.#lastReport < REPORT_EVERY_MS ? undefined : this.report();
  }

  async report(): Promise<void> {
    const report = this.#takeReport();
    if (report.done.hows.length > 0 || report.bytes !== 0) {
      this.#reported += 1;
      await this.#reports.put(report);
    }
    await new Promise<void>(resolve => setImmediate(resolve));
  }

  /** The batch is through. */
  end(): BatchEnd {
    const rest = this.#takeReport();
    return { reports: this.#reported, rest, tookMs: performance.now() - this.#beganMs };
  }

  /** All that has not been reported yet, to be told to the parent. */
  #takeReport(): WorkerReport {
    // A worker in a synchronous loop outlives a killed parent: nothing else would tell it.
    if (process.ppid !== this.settings.parentPid) process.exit(1);
    this.#lastReport = performance.now();
    try {
      this.#syncFolders();
    } catch (error) {
      this.#failAll(failureOf(error));
    }
    if (this.#batch === undefined) throw new Error('a report was asked for before the first batch');
    const { id, names } = this.#batch;
    const [from, to] = [this.#from, this.#to];
    const done = {
      from,
      hows: this.#hows.subarray(from, to),
      names: names.bytes.subarray(startOf(names, from), startOf(names, to)),
      more: this.#more,
    };
    const report = { batch: id, done, failed: this.#failed, bytes: this.#bytes };
    this.#from = to;
    this.#more = new Map();
    this.#failed = [];
    this.#bytes = 0;
    return report;
  }

  /** What is not surely on the disk is not finished. */
  #failAll({ code, message }: Failure): void {
    const failure = { code, message: `its folder cannot be written to the disk: ${message}` };
    for (let index = this.#from; index < this.#to; index += 1) {
      if (this.#hows[index] === NO_WORD) continue;
      this.#hows[index] = NO_WORD;
      this.#failed.push({ index, failure });
    }
    this.#more.clear();
    this.#touched.clear();
  }

  #syncFolders(): void {
    for (const folder of this.#touched) {
      const descriptor = openSync(`${this.destination.at(folder)}.`, 'r');
      try {
        fsyncSync(descriptor);
      } finally {
        closeSync(descriptor);
      }
    }
    this.#touched.clear();
  }
}

const STREAMED = JOB_HOWS.codeOf('streamed');
/** Often enough for a smooth bar and a prompt end, seldom enough to cost nothing. */
const REPORT_EVERY_MS = 20;
