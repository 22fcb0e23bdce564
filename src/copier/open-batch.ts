import type { DoneColumns, DoneOutcome } from '../common/messages.js';
import type { JobBatch } from './job-batch.js';
import type { PendingJob } from './pending-job.js';

/** A batch that a worker is at, and which of its jobs are not settled. */
export class OpenBatch {
  readonly id: number;
  readonly sinceMs = performance.now();
  /** Reports that have been read. */
  reports = 0;
  readonly #jobs: JobBatch;
  readonly #isSettled: Uint8Array;
  #unsettled: number;

  constructor(id: number, jobs: JobBatch) {
    this.id = id;
    this.#jobs = jobs;
    this.#isSettled = new Uint8Array(jobs.size);
    this.#unsettled = jobs.size;
  }

  get isSettled(): boolean {
    return this.#unsettled === 0;
  }

  /** The job at `index`, which is settled now. */
  settle(index: number): PendingJob {
    if (this.#isSettled[index] !== 0) {
      throw new Error(`entry ${index} of batch ${this.id} was reported, but is not open`);
    }
    this.#isSettled[index] = 1;
    this.#unsettled -= 1;
    return this.#jobs.at(index);
  }

  *unsettled(): Generator<[index: number, job: PendingJob], void, undefined> {
    for (const [index, isSettled] of this.#isSettled.entries()) {
      if (isSettled === 0) yield [index, this.#jobs.at(index)];
    }
  }
}

/** One row of a report. */
export function doneOutcome({ names, hows, bytes, more }: DoneColumns, row: number): DoneOutcome {
  const [name, how, length] = [names[row], hows[row], bytes[row]];
  if (name === undefined || how === undefined || length === undefined) {
    throw new RangeError(`a report has no row ${row}`);
  }
  const outcome = { name, how, bytes: length };
  return more.size === 0 ? outcome : { ...outcome, ...more.get(row) };
}
