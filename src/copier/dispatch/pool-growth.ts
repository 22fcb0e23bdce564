import { availableParallelism } from 'node:os';

/**
 * Decides when a worker is added to the pool. One takes long to start, and the processor's time from the others: what
 * those take that have nothing to do is no reason for one. Up to the number of cores one is added where as much work
 * is at hand as the others do in that time; beyond that, or for less, only where more waits and a batch takes long, as
 * where a disk or a network is slow.
 */
export class PoolGrowth {
  readonly #askAgain: () => void;
  #timer: NodeJS.Timeout | undefined;
  /** Batches that took long, the last ones that were done. */
  #slowInARow = 0;

  /** @param askAgain called where nothing but time can tell, when it has passed */
  constructor(askAgain: () => void) {
    this.#askAgain = askAgain;
  }

  end(): void {
    clearTimeout(this.#timer);
  }

  /** @param tookMs what a worker took for a batch */
  batchDone(tookMs: number): void {
    this.#slowInARow = tookMs > SLOW_BATCH_MS ? this.#slowInARow + 1 : 0;
  }

  /** Whether to add one now. */
  isWorthIt({ workers, busy, capacity, waiting, weight, oldest }: PoolLoad): boolean {
    const idle = Math.max(workers - busy, 0);
    if (waiting <= idle) return false;
    if (workers === 0 || (workers < CORES && weight > WORTH_A_WORKER * workers)) return true;
    if (busy < capacity) return false;
    if (this.#slowInARow >= SLOW_ENOUGH || (oldest?.ageMs ?? 0) > LONG_BATCH_MS) return true;
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#askAgain();
    }, LONG_BATCH_MS);
    return false;
  }
}

/** How things stand; a batch waits, or is with the pool. */
export interface PoolLoad {
  readonly workers: number;
  /** Batches that the pool has. */
  readonly busy: number;
  /** Batches that it may have. */
  readonly capacity: number;
  /** Batches that wait for room. */
  readonly waiting: number;
  /** Of all these batches, as `JobBatch` weighs them. */
  readonly weight: number;
  /** The batch that has been with the pool for longest; its age is in milliseconds. */
  readonly oldest: { readonly ageMs: number } | undefined;
}

/** What a batch takes that is slow beyond doubt. */
const LONG_BATCH_MS = 400;

const CORES = availableParallelism();
/** What one worker does in the time in which another starts, as `JobBatch` weighs it. */
const WORTH_A_WORKER = 48 * 1024 * 1024;
/** A batch takes a tenth of this in memory; on a busy machine one may take longer, but not one after the other. */
const SLOW_BATCH_MS = 150;
const SLOW_ENOUGH = 2;
