import type { Effort } from '../../protocol/messages.js';
import type { Hands } from './hands.js';

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
 * Sizes batches by what the last ones took. Where the storage answers at once, a batch is as large as pays. Where
 * workers wait for it, each has several small files under way at a time; a batch takes a short while then, and the last
 * work is spread over all of them.
 */
export class BatchSize {
  readonly #hands: Pick<Hands, 'size' | 'ceiling' | 'batchMs'>;
  readonly #isSlowSoFar: () => boolean;
  #jobMs: number | undefined;
  #isWaiting = false;

  /**
   * @param hands a single worker copies one file after the other; on slow storage all of them will be there
   * @param isSlowSoFar whether the storage is slow, as far as others know before the first batch is done
   */
  constructor(hands: Pick<Hands, 'size' | 'ceiling' | 'batchMs'>, isSlowSoFar: () => boolean) {
    this.#hands = hands;
    this.#isSlowSoFar = isSlowSoFar;
  }

  /** Whether the workers have been seen to spend their time waiting for the storage. */
  get isWaiting(): boolean {
    return this.#isWaiting;
  }

  /** How many small files a worker is to have under way at a time. */
  get atATime(): number {
    return this.#isSlow && this.#hands.size > 1 ? FILES_AT_A_TIME : 1;
  }

  /**
   * Whether a worker is to have one more batch beside the one it is at. A ceiling may hold it at a large file for long,
   * and others could do what waits for it.
   */
  mayGoAhead(workers: number): boolean {
    return this.#bytesInTime(workers) === BATCH_LIMIT.bytes;
  }

  /** What the ceiling lets a worker copy in the time of a batch. */
  #bytesInTime(workers: number): number {
    const share = (this.#hands.ceiling ?? Number.POSITIVE_INFINITY) / Math.max(workers, 1);
    return Math.min((share * BATCH_MS) / 1000, BATCH_LIMIT.bytes);
  }

  get #isSlow(): boolean {
    return this.#jobMs === undefined ? this.#isSlowSoFar() : this.#isWaiting;
  }

  /**
   * @param jobs how many of them were done
   * @param atATime how many of them were under way at a time, at most
   */
  batchDone(jobs: number, effort: Effort, atATime: number): void {
    if (jobs === 0) return;
    const underWay = Math.min(atATime, jobs);
    this.#isWaiting = hasWaited(jobs, effort, underWay);
    const jobMs = (effort.tookMs * underWay) / jobs;
    this.#jobMs = this.#jobMs === undefined ? jobMs : (this.#jobMs + jobMs) / 2;
  }

  /**
   * @param waiting jobs that wait for a worker
   * @param workers that are there
   */
  limit(waiting: number, workers: number): BatchLimit {
    const bytes = this.#bytesInTime(workers);
    if (!this.#isSlow) return { ...BATCH_LIMIT, bytes };
    const { atATime } = this;
    const batchMs = Math.max(atATime > 1 ? BATCH_MS_SIDE_BY_SIDE : BATCH_MS, this.#hands.batchMs ?? 0);
    const inTime = Math.max((batchMs * atATime) / (this.#jobMs ?? USUAL_JOB_MS), fewestOf(atATime));
    // What takes longer than it should is given back.
    const share = Math.max(Math.ceil(waiting / this.#hands.size), Math.floor(atATime / 4));
    return { bytes, jobs: Math.min(Math.max(Math.min(Math.floor(inTime), share), 1), BATCH_LIMIT.jobs) };
  }
}

/**
 * A worker that waits for the storage gives the processor up, at least once for a job; one that is only kept from the
 * processor by others does not.
 * @param underWay how many jobs waited side by side
 */
export function hasWaited(jobs: number, { tookMs, cpuMs, waits }: Effort, underWay: number): boolean {
  return waits >= jobs && cpuMs < (tookMs * underWay) / 2;
}

/**
 * So many that files of several folders are in it: the kernel makes entries of one folder one after the other. With
 * fewer, workers share a folder, each file takes longer for that, and batches become shorter still.
 */
function fewestOf(atATime: number): number {
  return atATime > 1 ? 4 * atATime : 1;
}

/** Measured with five workers: at 5 ms a call 8 are a quarter slower, at 1 ms and 0.2 ms as quick. */
const FILES_AT_A_TIME = 16;
/** Short beside the time of a copy that is worth several workers, long beside a message. */
const BATCH_MS = 50;
/** Longer, as at the end of a batch fewer and fewer are under way. */
const BATCH_MS_SIDE_BY_SIDE = 150;
/** Of a small file, where a call takes a millisecond. */
const USUAL_JOB_MS = 10;
