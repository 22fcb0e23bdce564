import type { BytePath } from '../../files/byte-path.js';
import type { FileRun } from '../../files/file-run.js';
import { BATCH_LIMIT, type BatchLimit } from './batch-size.js';
import { Columns, JobBatch, type Try } from './job-batch.js';
import type { PendingJob } from './pending-job.js';

/** The jobs that no worker has yet, gathered into batches. */
export class Backlog {
  readonly #ready: JobBatch[] = [];
  /** The memory of batches that are done: fresh for each, it would pile up outside of V8's heap until that is cleared. */
  readonly #spare: Columns[] = [];
  #gathering = this.#newBatch(FIRST_TRY);
  #number = 0;
  #weight = 0;
  #jobs = 0;

  /** The number of the batch that is being gathered. */
  get number(): number {
    return this.#number;
  }

  /** How many batches are ready to go. */
  get ready(): number {
    return this.#ready.length;
  }

  /** How many jobs are in those. */
  get jobs(): number {
    return this.#jobs;
  }

  /** Of those batches. */
  get weight(): number {
    return this.#weight;
  }

  add(job: PendingJob): void {
    // Few are added for another try: each goes by itself, so that a deadly one harms no other.
    if (job.again) {
      const alone = this.#newBatch(job);
      alone.add(job);
      this.#makeReady(alone);
      return;
    }
    this.#gathering.add(job);
    if (this.#gathering.isFull(BATCH_LIMIT)) this.flush();
  }

  /** Files of one folder, on their first try: those in the run's rows from `from` to before `end`. */
  addFiles(folder: BytePath, run: FileRun, from: number, end: number, onAdded: OnAdded): void {
    for (let row = from; row < end; ) {
      const count = this.#gathering.addFiles(folder, run, row, end, BATCH_LIMIT);
      onAdded(count, this.#number);
      row += count;
      if (this.#gathering.isFull(BATCH_LIMIT)) this.flush();
    }
  }

  /** What has been gathered is ready, full or not. */
  flush(): void {
    if (this.#gathering.size === 0) return;
    this.#makeReady(this.#gathering);
    this.#gathering = this.#newBatch(FIRST_TRY);
    this.#number += 1;
  }

  /**
   * The next batch for a worker, the oldest first, and of one that is larger than the limit the first part.
   * @param postpone is given the folders that were to be finished behind their files: these are in two batches now
   */
  take(limit: BatchLimit, postpone: (job: PendingJob) => void): JobBatch | undefined {
    const batch = this.#ready.shift();
    if (batch === undefined) return undefined;
    this.#weight -= batch.weight;
    this.#jobs -= batch.size;
    if (batch.size <= limit.jobs && batch.bytes <= limit.bytes) return batch;
    const first = this.#newBatch(batch);
    while (first.size < batch.size && !isPart(first, batch, limit)) first.add(batch.at(first.size));
    this.giveBack(batch, first.size, postpone);
    this.release(batch);
    return first;
  }

  /** The jobs of a batch from the row `from` on have not been begun, and come first again. */
  giveBack(batch: JobBatch, from: number, postpone: (job: PendingJob) => void): void {
    const rest = this.#newBatch(batch);
    for (let row = from; row < batch.size; row += 1) {
      const job = batch.at(row);
      if (job.kind === 'finishAfter') postpone(job);
      else rest.add(job);
    }
    if (rest.size > 0) this.#makeReady(rest, 'first');
    else this.release(rest);
  }

  /** All of a batch is settled: nothing can be asked of it any more. */
  release(batch: JobBatch): void {
    this.#spare.push(batch.release());
  }

  #makeReady(batch: JobBatch, place: 'first' | 'last' = 'last'): void {
    this.#weight += batch.weight;
    this.#jobs += batch.size;
    if (place === 'first') this.#ready.unshift(batch);
    else this.#ready.push(batch);
  }

  #newBatch(all: Try): JobBatch {
    return new JobBatch(all, this.#spare.pop() ?? new Columns());
  }
}

/**
 * Whether these first jobs of a batch are enough. Those of one folder stay together where they are few: the kernel makes
 * entries of one folder one after the other, so workers would only wait for each other in it.
 */
function isPart(first: JobBatch, batch: JobBatch, limit: BatchLimit): boolean {
  const longer = { ...limit, jobs: limit.jobs * 2 };
  return first.isFull(limit) && (first.isFull(longer) || !batch.goesOnAt(first.size));
}

const FIRST_TRY: Try = { attempt: 1 };

/** Is told how many jobs went into the batch of which number. */
export type OnAdded = (count: number, batch: number) => void;
