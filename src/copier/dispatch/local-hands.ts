import { availableParallelism } from 'node:os';
import { Pool, Queue, task, WorkerLostError, WorkerStartError } from '../../multiprocessing/index.js';
import type { Spare } from '../../multiprocessing/process/spare.js';
import type { DeletionLook, FoundDeletions } from '../../protocol/deletions.js';
import type { Batch, BatchEnd, WorkerReport, WorkerSettings } from '../../protocol/messages.js';
import type { FolderReading, FolderRequest } from '../../protocol/readings.js';
import type { WorkerTasks } from '../../worker/copy-batch.js';
import { WORKER_PROGRAM, workerProcess } from '../../worker/worker-process.js';
import { Budget } from './budget.js';
import { BatchLostError, type Company, type Hands, type HandsEnd } from './hands.js';

/** A pool of forked workers on this machine. */
export class LocalHands implements Hands {
  readonly #pool: Pool;
  readonly #budget: Budget | undefined;
  /** Without a bound, so that no worker waits for an answer to a report: the batches under way are the bound. */
  readonly #reports = new Queue<WorkerReport | Marker>();
  readonly #reading: Promise<void>;
  /** Who hears the reports of a batch, by its id. */
  readonly #listeners = new Map<number, (report: WorkerReport) => void>();
  readonly #running = new Set<Promise<BatchEnd>>();
  readonly isWanted: boolean;
  #started = (): void => {};
  #lastGrownMs = 0;
  #asksAgain: NodeJS.Timeout | undefined;
  readonly ceiling: number | undefined;

  /**
   * @param bwlimit bytes a second that all of them may copy together; undefined: no ceiling
   * @param onGivenUp told once, if not all workers could be started and it goes on with the others
   */
  constructor(
    { most, isWanted, spare }: PoolSettings,
    settings: WorkerSettings,
    bwlimit: number | undefined,
    onGivenUp: (error: Error) => void,
  ) {
    this.isWanted = isWanted;
    this.ceiling = bwlimit;
    this.#budget = bwlimit === undefined ? undefined : new Budget(bwlimit);
    this.#pool = new Pool(most, {
      initializer: task<WorkerTasks['prepareWorker']>(WORKER_PROGRAM, 'prepareWorker'),
      initargs: [settings, this.#reports, this.#budget?.queue],
      ...workerProcess(),
      watchdog: false,
      ahead: AHEAD,
      onGivenUp,
      onReady: () => this.#started(),
      ...(spare && { spare }),
    });
    this.#reading = this.#read();
  }

  get size(): number {
    return this.#pool.size;
  }

  get workers(): number {
    return this.#pool.workers;
  }

  get pids(): readonly number[] {
    return this.#pool.pids;
  }

  get capacity(): number {
    return this.workers * (1 + AHEAD);
  }

  grow(): void {
    const nowMs = performance.now();
    // A start that takes so long may never end: it holds no other back.
    const isLate = nowMs - this.#lastGrownMs > LONG_START_MS;
    if (this.isWanted || isLate || this.#pool.starting < STARTING_AT_A_TIME) {
      this.#lastGrownMs = nowMs;
      this.#pool.grow();
      return;
    }
    this.#asksAgain ??= setTimeout(() => {
      this.#asksAgain = undefined;
      this.#started();
    }, LONG_START_MS);
  }

  whenStarted(call: () => void): void {
    this.#started = call;
  }

  async run(batch: Batch, onReport: (report: WorkerReport) => void): Promise<BatchEnd> {
    this.#listeners.set(batch.id, onReport);
    const running = this.#inWorker(batch);
    this.#running.add(running);
    try {
      return await running;
    } finally {
      this.#running.delete(running);
      this.#listeners.delete(batch.id);
    }
  }

  async read(requests: readonly FolderRequest[], company: Company): Promise<readonly FolderReading[]> {
    const readFolders = task<WorkerTasks['readFolders']>(WORKER_PROGRAM, 'readFolders');
    return await orLoss(this.#pool.applyAsync(readFolders, [requests], IN[company]));
  }

  async findDeletions(looks: readonly DeletionLook[], company: Company): Promise<readonly FoundDeletions[]> {
    const findDeletions = task<WorkerTasks['findDeletions']>(WORKER_PROGRAM, 'findDeletions');
    return await orLoss(this.#pool.applyAsync(findDeletions, [looks], IN[company]));
  }

  async end(): Promise<HandsEnd> {
    let timer: NodeJS.Timeout | undefined;
    const stuck = new Promise<HandsEnd>(resolve => {
      timer = setTimeout(() => resolve('stuck'), LONGEST_END_MS);
    });
    const end = await Promise.race([this.#end(), stuck]);
    clearTimeout(timer);
    return end;
  }

  async #end(): Promise<HandsEnd> {
    clearTimeout(this.#asksAgain);
    await this.#pool.terminate(KILL_AFTER_MS);
    await Promise.allSettled(this.#running);
    await this.#reports.close();
    await this.#reading;
    await this.#budget?.end();
    return 'ended';
  }

  async #inWorker(batch: Batch): Promise<BatchEnd> {
    const copyBatch = task<WorkerTasks['copyBatch']>(WORKER_PROGRAM, 'copyBatch');
    try {
      return await this.#pool.applyAsync(copyBatch, [batch]);
    } catch (error) {
      throw lossOf(error) ?? error;
    } finally {
      await this.#allHeard();
    }
  }

  /** What a worker has reported is in the queue once it has answered or ended: this waits until that has been heard. */
  #allHeard(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#reports.put({ kind: 'marker', reached: resolve }).catch(reject);
    });
  }

  async #read(): Promise<void> {
    for await (const item of this.#reports) {
      if ('kind' in item) item.reached();
      else this.#listeners.get(item.batch)?.(item);
    }
  }
}

/** What is asked of the pool. */
interface PoolSettings {
  readonly most: number;
  /** Whether just so many were asked for. */
  readonly isWanted: boolean;
  /** A worker that has been forked already. */
  readonly spare?: Spare | undefined;
}

/** Stands in the queue behind all reports that were put before it. */
interface Marker {
  readonly kind: 'marker';
  readonly reached: () => void;
}

async function orLoss<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    throw lossOf(error) ?? error;
  }
}

function lossOf(error: unknown): BatchLostError | undefined {
  if (error instanceof WorkerLostError)
    return new BatchLostError(error.hadBegun ? 'at work' : 'not begun', lossInWords(error), error, error);
  return error instanceof WorkerStartError
    ? new BatchLostError('no worker', error.message, error)
    : undefined;
}

function lossInWords({ signal, exitCode }: WorkerLostError): string {
  return signal === null ? `its worker ended (exit code ${exitCode})` : `its worker was killed (${signal})`;
}

/** A worker may be at a large file for long: what the walk waits for does not stand behind that. */
const IN = { 'beside others': { isBeside: true }, alone: {} } as const;
/** Batches that a worker has ahead of the one it is at, so that it never waits for the next. */
const AHEAD = 1;
/** Starting takes a processor's time: were more started at a time than there are processors, the first would be late. */
const STARTING_AT_A_TIME = Math.max(availableParallelism(), 2);
/** Many times what a start takes. */
const LONG_START_MS = 1000;
/** Files in work are finished or dropped within a second of a signal. */
const KILL_AFTER_MS = 400;
/** A killed worker is gone at once, unless the kernel waits for storage on its behalf. */
const LONGEST_END_MS = 6000;
