import { type BigIntStats, lstatSync } from 'node:fs';
import { type BytePath, native, ROOT, split } from '../common/byte-path.js';
import type { Failure } from '../common/failure.js';
import { type FolderHandles, openFolderHandles } from '../common/folder-handles.js';
import type { Batch, Outcome, WorkerReport, WorkerSettings } from '../common/messages.js';
import type { Queue } from '../multiprocessing/index.js';
import { Chunks } from './chunks.js';
import { Clones } from './clones.js';
import { type DestinationTraits, readTraits } from './destination-traits.js';
import type { Finished } from './job.js';
import { timeGrainNs } from './time-grain.js';

/** What one copy worker has at hand for all its batches, and its one way of reporting. */
export class WorkerContext {
  readonly source: FolderHandles;
  readonly destination: FolderHandles;
  /** Times closer together than this are one for the destination's file system. */
  readonly timeGrainNs: bigint;
  readonly chunks: Chunks;
  readonly clones = new Clones();
  readonly #reports: Queue<WorkerReport>;
  #batch = 0;
  #outcomes: Outcome[] = [];
  #bytes = 0;
  #lastReport = performance.now();
  #traits: DestinationTraits | undefined;
  #traitsOf: BytePath | undefined;

  constructor(
    readonly settings: WorkerSettings,
    reports: Queue<WorkerReport>,
  ) {
    this.source = openFolderHandles(settings.source, settings.dereference);
    this.destination = openFolderHandles(settings.destination);
    this.timeGrainNs = timeGrainNs(settings.destination);
    this.chunks = new Chunks(settings.chunkSize);
    this.#reports = reports;
  }

  begin(batch: Batch): void {
    this.#batch = batch.id;
    this.#outcomes = [];
    this.#bytes = 0;
  }

  copiedBytes(bytes: number): void {
    this.#bytes += bytes;
  }

  done(index: number, name: BytePath, { how, bytes, notKept }: Finished): void {
    const outcome = { kind: 'done', index, name, how, bytes } as const;
    this.#outcomes.push(notKept.length === 0 ? outcome : { ...outcome, notKept });
  }

  failed(index: number, failure: Failure): void {
    this.#outcomes.push({ kind: 'failed', index, failure });
  }

  /** What the destination's folder hands down to new entries. */
  traits(folder: BytePath): DestinationTraits {
    // A fresh destination was made by this run, so that all its folders are like its root.
    const place = this.settings.fresh ? ROOT : folder;
    if (this.#traits === undefined || place !== this.#traitsOf) {
      this.#traits = readTraits(this.destination.at(place).slice(0, -1));
      this.#traitsOf = place;
    }
    return this.#traits;
  }

  /** What stands in the destination at `path`, a link itself and not what is behind it. */
  standing(path: BytePath | undefined): BigIntStats | undefined {
    if (path === undefined) return undefined;
    const [folder, name] = split(path);
    return lstatSync(native(this.destination.at(folder) + name), { bigint: true, throwIfNoEntry: false });
  }

  /**
   * To be awaited between entries and between the pieces of a large file: now and then it reports, which
   * also lets signals in, and it ends a worker whose parent has gone.
   */
  breathe(): Promise<void> | undefined {
    return performance.now() - this.#lastReport < REPORT_EVERY_MS ? undefined : this.report();
  }

  async report(): Promise<void> {
    // A worker in a synchronous loop outlives a killed parent: nothing else would tell it.
    if (process.ppid !== this.settings.parentPid) process.exit(1);
    this.#lastReport = performance.now();
    if (this.#outcomes.length > 0 || this.#bytes > 0) {
      const report = { batch: this.#batch, outcomes: this.#outcomes, bytes: this.#bytes };
      this.#outcomes = [];
      this.#bytes = 0;
      await this.#reports.put(report);
    }
    await new Promise<void>(resolve => setImmediate(resolve));
  }
}

/** Often enough for a smooth bar and a prompt end, seldom enough to cost nothing. */
const REPORT_EVERY_MS = 20;
