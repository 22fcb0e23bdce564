import type { BytePath } from '../../files/byte-path.js';
import type { FileRun } from '../../files/file-run.js';
import { JobBatch } from './job-batch.js';
import type { PendingJob } from './pending-job.js';

/**
 * Gathers jobs into batches, bounded by count and by bytes: large enough that a message costs little beside
 * the work it brings, small enough that the workers end together.
 */
export class Batcher {
  readonly #onFull: (batch: JobBatch) => void;
  #batch = new JobBatch(1);
  #number = 0;

  constructor(onFull: (batch: JobBatch) => void) {
    this.#onFull = onFull;
  }

  /** The number of the batch that is being gathered. */
  get number(): number {
    return this.#number;
  }

  add(job: PendingJob): void {
    // Few are added for another try: a batch has one number for all that are in it.
    if (job.attempt !== this.#batch.attempt) {
      this.#onFull(new JobBatch(job.attempt, [job]));
      return;
    }
    this.#batch.add(job);
    if (this.#batch.isFull) this.flush();
  }

  /** Files of one folder, on their first try: those in the run's rows from `from` to before `end`. */
  addFiles(folder: BytePath, run: FileRun, from: number, end: number, onAdded: OnAdded): void {
    for (let row = from; row < end; ) {
      const count = this.#batch.addFiles(folder, run, row, end);
      onAdded(count, this.#number);
      row += count;
      if (this.#batch.isFull) this.flush();
    }
  }

  flush(): void {
    if (this.#batch.size === 0) return;
    const batch = this.#batch;
    this.#batch = new JobBatch(1);
    this.#number += 1;
    this.#onFull(batch);
  }
}

/** Is told how many jobs went into the batch of which number. */
export type OnAdded = (count: number, batch: number) => void;
