import { type Failure, failureOf } from '../common/failure.js';
import type { Batch, Outcome, WorkerReport, WorkerSettings } from '../common/messages.js';
import { Pool, Queue, task, WorkerLostError } from '../multiprocessing/index.js';
import type { copyBatch, prepareWorker } from '../worker/copy-batch.js';
import { Batcher, batchMessage, type JobBatch, type PendingJob } from './batcher.js';

/** What becomes of the jobs; each job is told of exactly once, unless the dispatcher is ended. */
export interface JobListener {
  done(job: PendingJob, outcome: Extract<Outcome, { kind: 'done' }>): void;
  failed(job: PendingJob, failure: Failure): void;
  copied(bytes: number): void;
}

/**
 * The copy workers: takes jobs, hands them out in batches to a fixed pool, takes the reports in.
 * A job whose worker dies is tried again by itself, so that one deadly file harms no other.
 */
export class Dispatcher {
  readonly #pool: Pool;
  readonly #reports = new Queue<WorkerReport>(REPORTS_UNDER_WAY);
  readonly #batcher = new Batcher(batch => this.#waiting.push(batch));
  readonly #waiting: JobBatch[] = [];
  readonly #running = new Map<number, RunningBatch>();
  readonly #workers: number;
  readonly #retries: number;
  readonly #listener: JobListener;
  readonly #reading: Promise<void>;
  #queued = 0;
  #lastBatch = 0;
  #lossesInARow = 0;
  #isEnding = false;
  #error: unknown;
  #wake: () => void = () => {};

  constructor(workers: number, retries: number, settings: WorkerSettings, listener: JobListener) {
    this.#workers = workers;
    this.#retries = retries;
    this.#listener = listener;
    this.#pool = new Pool(workers, {
      initializer: task<typeof prepareWorker>(WORKER_MODULE, 'prepareWorker'),
      initargs: [settings, this.#reports],
      stdio: 'ignore',
      watchdog: false,
    });
    this.#reading = this.#readReports();
  }

  add(job: PendingJob): void {
    this.#queued += 1;
    this.#batcher.add(job);
    this.#hand();
  }

  /** Whether so much is waiting that the listing should hold back. */
  get isFull(): boolean {
    return this.#queued >= MOST_QUEUED;
  }

  get isIdle(): boolean {
    return this.#queued === 0;
  }

  /** Resolves at the next change for the better. Batches that are not full go out too: nobody adds to them now. */
  async change(): Promise<void> {
    if (this.#error === undefined) {
      this.#batcher.flush();
      this.#hand();
      await new Promise<void>(resolve => {
        this.#wake = resolve;
      });
    }
    if (this.#error !== undefined) throw this.#error;
  }

  /** Ends the workers: after their work when all is done, else at once. */
  async end(): Promise<void> {
    this.#isEnding = true;
    await this.#pool.terminate();
    await this.#reports.close();
    await this.#reading;
  }

  #hand(): void {
    while (this.#running.size < this.#workers && !this.#isEnding) {
      const batch = this.#waiting.shift();
      if (batch === undefined) return;
      this.#lastBatch += 1;
      void this.#run(this.#lastBatch, batch);
    }
  }

  async #run(id: number, { attempt, jobs }: JobBatch): Promise<void> {
    const running: RunningBatch = { attempt, unsettled: new Map(jobs.entries()) };
    this.#running.set(id, running);
    const message: Batch = batchMessage(id, { attempt, jobs });
    try {
      await this.#pool.applyAsync(task<typeof copyBatch>(WORKER_MODULE, 'copyBatch'), [message]);
      await this.#allReportsRead();
      if (running.unsettled.size > 0)
        throw new Error(`a worker left ${running.unsettled.size} entries unreported`);
      this.#lossesInARow = 0;
    } catch (error) {
      await this.#allReportsRead();
      // Work that is cut off by the end is no failure: its entries are left.
      if (this.#isEnding) return;
      if (error instanceof WorkerLostError) this.#tryAgain(running, error);
      else this.#error ??= error;
    } finally {
      this.#running.delete(id);
      this.#hand();
      this.#wake();
    }
  }

  #tryAgain({ attempt, unsettled }: RunningBatch, error: WorkerLostError): void {
    this.#lossesInARow += 1;
    const hopeless = this.#lossesInARow > this.#workers * MOST_LOSSES_A_WORKER;
    for (const job of unsettled.values()) {
      if (attempt > this.#retries || hopeless) {
        this.#queued -= 1;
        this.#listener.failed(job, { code: 'WORKER_LOST', message: failureOf(error).message });
      } else {
        this.#waiting.push({ attempt: attempt + 1, jobs: [{ ...job, attempt: attempt + 1 }] });
      }
    }
  }

  async #readReports(): Promise<void> {
    for await (const report of this.#reports) {
      try {
        this.#read(report);
      } catch (error) {
        this.#error ??= error;
      }
      this.#wake();
    }
  }

  #read({ batch, outcomes, bytes }: WorkerReport): void {
    this.#listener.copied(bytes);
    const running = this.#running.get(batch);
    for (const outcome of outcomes) {
      const job = running?.unsettled.get(outcome.index);
      if (job === undefined)
        throw new Error(`a worker reported entry ${outcome.index} of batch ${batch}, unknown`);
      running?.unsettled.delete(outcome.index);
      this.#queued -= 1;
      if (outcome.kind === 'done') this.#listener.done(job, outcome);
      else this.#listener.failed(job, outcome.failure);
    }
  }

  /** A task's reports are in the queue when it settles; this waits until they have been taken out. */
  async #allReportsRead(): Promise<void> {
    while (!(await this.#reports.empty())) await new Promise(resolve => setImmediate(resolve));
    await new Promise(resolve => setImmediate(resolve));
  }
}

interface RunningBatch {
  readonly attempt: number;
  readonly unsettled: Map<number, PendingJob>;
}

const WORKER_MODULE = new URL('../worker/copy-batch.js', import.meta.url);
/** Entries listed ahead of the workers: enough that they never wait, and a bound for the memory. */
const MOST_QUEUED = 16 * 1024;
/** Reports not yet taken in; a worker waits with its next one until there is room. */
const REPORTS_UNDER_WAY = 256;
/** Workers lost one after the other, none having done a whole batch, after which nothing is tried again. */
const MOST_LOSSES_A_WORKER = 4;
