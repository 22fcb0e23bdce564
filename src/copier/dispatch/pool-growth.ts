import { availableParallelism } from 'node:os';

/**
 * Decides when a worker is added to the pool. Starting one takes long, and processor time from the others. Up to the
 * number of cores, one is added when there is as much work as the others do meanwhile; beyond that, when workers wait
 * for the storage, or one seems stuck. A number that was asked for is reached as soon as there are so many jobs.
 */
export class PoolGrowth {
  readonly #isWanted: boolean;
  readonly #askAgain: () => void;
  #timer: NodeJS.Timeout | undefined;

  /**
   * @param isWanted whether the size of the pool was asked for
   * @param askAgain called where nothing but time can tell, when it has passed
   */
  constructor(isWanted: boolean, askAgain: () => void) {
    this.#isWanted = isWanted;
    this.#askAgain = askAgain;
  }

  end(): void {
    clearTimeout(this.#timer);
  }

  /** Whether to add one now. */
  isWorthIt(load: PoolLoad): boolean {
    const { workers, busy, waiting } = load;
    if (this.#isWanted && load.entries > workers) return true;
    const idle = Math.max(workers - busy, 0);
    if (load.isWaiting && load.jobs > idle) return true;
    if (waiting <= idle) return false;
    if (workers === 0 || (workers < CORES && load.weight > WORTH_A_WORKER * workers)) return true;
    if (busy < load.capacity) return false;
    if ((load.oldest?.ageMs ?? 0) > LONG_BATCH_MS) return true;
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#askAgain();
    }, LONG_BATCH_MS);
    return false;
  }
}

/** How things stand; a batch waits, or is with the pool. */
interface PoolLoad {
  readonly workers: number;
  /** Batches that the pool has. */
  readonly busy: number;
  /** Batches that it may have. */
  readonly capacity: number;
  /** Batches that wait for room, and the jobs in them. */
  readonly waiting: number;
  readonly jobs: number;
  /** All that are to be copied and are not yet. */
  readonly entries: number;
  /** Of all these batches, as `JobBatch` weighs them. */
  readonly weight: number;
  /** The batch that has been with the pool for longest; its age is in milliseconds. */
  readonly oldest: { readonly ageMs: number } | undefined;
  /** Whether the workers spend their time waiting for the storage. */
  readonly isWaiting: boolean;
}

/** What a batch takes that is slow beyond doubt. */
const LONG_BATCH_MS = 400;

const CORES = availableParallelism();
/** What one worker does in the time in which another starts, as `JobBatch` weighs it. */
const WORTH_A_WORKER = 48 * 1024 * 1024;
