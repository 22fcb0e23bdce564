import type { BytePath } from '../common/byte-path.js';
import type { Failure } from '../common/failure.js';
import { type FolderHandles, openFolderHandles } from '../common/folder-handles.js';
import type { Batch, How, Outcome, WorkerReport, WorkerSettings } from '../common/messages.js';
import type { Queue } from '../multiprocessing/index.js';
import { Chunks } from './chunks.js';

/** What one copy worker has at hand for all its batches, and its one way of reporting. */
export class WorkerContext {
  readonly source: FolderHandles;
  readonly destination: FolderHandles;
  readonly chunks: Chunks;
  readonly #reports: Queue<WorkerReport>;
  #batch = 0;
  #outcomes: Outcome[] = [];
  #bytes = 0;
  #lastReport = performance.now();

  constructor(
    readonly settings: WorkerSettings,
    reports: Queue<WorkerReport>,
  ) {
    this.source = openFolderHandles(settings.source);
    this.destination = openFolderHandles(settings.destination);
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

  done(index: number, name: BytePath, how: How, bytes: number): void {
    this.#outcomes.push({ kind: 'done', index, name, how, bytes });
  }

  failed(index: number, failure: Failure): void {
    this.#outcomes.push({ kind: 'failed', index, failure });
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
