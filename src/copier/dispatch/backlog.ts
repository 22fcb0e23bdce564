import type { BytePath } from '../../files/byte-path.js';
import type { FileRun } from '../../files/file-run.js';
import { BATCH_LIMIT } from './batch-size.js';
import { Columns, JobBatch } from './job-batch.js';
import type { PendingJob } from './pending-job.js';

/** The jobs that no worker has yet, gathered into batches. */
export class Backlog {
  readonly #ready: JobBatch[] = [];
  /** The memory of batches that are done: fresh for each, it would pile up outside of V8's heap until that is cleared. */
  readonly #spare: Columns[] = [];
  #gathering = this.#newBatch(1, false);
  #number = 0;
  #weight = 0;

  /** The number of the batch that is being gathered. */
  get number(): number {
    return this.#number;
  }

  /** How many batches are ready to go. */
  get ready(): number {
    return this.#ready.length;
  }

  /** Of those batches. */
  get weight(): number {
    return this.#weight;
  }

  add(job: PendingJob): void {
    // Few are added for another try: each goes by itself, so that a deadly one harms no other.
    if (job.again) {
      const alone = this.#newBatch(job.attempt, true);
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
    this.#gathering = this.#newBatch(1, false);
    this.#number += 1;
  }

  /** The next batch for a worker, the oldest first. */
  take(): JobBatch | undefined {
    const batch = this.#ready.shift();
    this.#weight -= batch?.weight ?? 0;
    return batch;
  }

  /** All of a batch is settled: nothing can be asked of it any more. */
  release(batch: JobBatch): void {
    this.#spare.push(batch.release());
  }

  #makeReady(batch: JobBatch): void {
    this.#weight += batch.weight;
    this.#ready.push(batch);
  }

  #newBatch(attempt: number, again: boolean): JobBatch {
    return new JobBatch(attempt, again, this.#spare.pop() ?? new Columns());
  }
}

/** Is told how many jobs went into the batch of which number. */
export type OnAdded = (count: number, batch: number) => void;
