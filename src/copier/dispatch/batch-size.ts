import type { Effort } from '../../protocol/messages.js';

/** How much a batch may hold. */
export interface BatchLimit {
  readonly jobs: number;
  /** Of content. */
  readonly bytes: number;
}

/**
 * Measured: with 64 jobs the messages cost a fifth of the time of small files, with 1024 workers wait at the end;
 * with a quarter of the bytes, files of half a MiB take a twelfth more processor time.
 */
export const BATCH_LIMIT: BatchLimit = { jobs: 256, bytes: 16 * 1024 * 1024 };

/** How long a batch takes, as the bytes that could be copied meanwhile. */
export function batchWeight(jobs: number, bytes: number): number {
  return bytes + jobs * JOB_WEIGHT;
}

/** Measured: a small file takes as long as so many bytes of a large one. */
const JOB_WEIGHT = 16 * 1024;

/**
 * Sizes batches by what the last ones took. Where the storage answers at once, a batch is as large as pays; where
 * workers wait for it, one takes some 50 ms, and the last work is spread over all of them.
 */
export class BatchSize {
  #jobMs: number | undefined;
  #isWaiting = false;

  /** Whether the workers spend their time waiting for the storage. */
  get isWaiting(): boolean {
    return this.#isWaiting;
  }

  /** @param jobs how many of them were done */
  batchDone(jobs: number, effort: Effort): void {
    if (jobs === 0) return;
    this.#isWaiting = hasWaited(jobs, effort);
    const jobMs = effort.tookMs / jobs;
    this.#jobMs = this.#jobMs === undefined ? jobMs : (this.#jobMs + jobMs) / 2;
  }

  /** @param waiting jobs that wait for a worker */
  limit(waiting: number, workers: number): BatchLimit {
    if (!this.#isWaiting || this.#jobMs === undefined) return BATCH_LIMIT;
    const inTime = Math.floor(BATCH_MS / this.#jobMs);
    const share = Math.ceil(waiting / Math.max(workers, 1));
    return { ...BATCH_LIMIT, jobs: Math.min(Math.max(Math.min(inTime, share), 1), BATCH_LIMIT.jobs) };
  }
}

/**
 * A worker that waits for the storage gives the processor up, at least once for a job; one that is only kept from the
 * processor by others does not.
 */
export function hasWaited(jobs: number, { tookMs, cpuMs, waits }: Effort): boolean {
  return waits >= jobs && tookMs - cpuMs > tookMs / 2;
}

/** Short beside the time of a copy that is worth several workers, long beside a message. */
const BATCH_MS = 50;
