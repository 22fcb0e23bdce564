/** How much a batch may hold: large enough that a message costs little beside the work it brings, small enough that the workers end together. */
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
