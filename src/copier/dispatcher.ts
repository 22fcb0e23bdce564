import type { Failure } from '../common/failure.js';
import type { Batch, DoneOutcome, WorkerReport, WorkerSettings } from '../common/messages.js';
import { entryTemporaryName } from '../common/reserved-names.js';
import { Pool, Queue, task, WorkerLostError } from '../multiprocessing/index.js';
import type { copyBatch, prepareWorker } from '../worker/copy-batch.js';
import { WORKER_PROGRAM, workerProcess } from '../worker/worker-process.js';
import { Batcher, batchMessage, isLarge, type JobBatch, type PendingJob } from './batcher.js';

/** What becomes of the jobs; each job is told of exactly once, unless the dispatcher is ended. */
export interface JobListener {
  done(job: PendingJob, outcome: DoneOutcome): void;
  failed(job: PendingJob, failure: Failure): void;
  copied(bytes: number): void;
  /** The job's worker is gone, and may have left something under this name in the job's folder. */
  abandoned(job: PendingJob, temporaryName: string): void;
  /** The workers that live now. */
  workers(pids: readonly number[]): void;
}

/**
 * Takes jobs, hands them out in batches to a fixed pool of copy workers, and takes their reports in.
 * A job that failed in a way that can pass is tried again, and one whose worker died by itself, so that one
 * deadly file harms no other.
 */
export class Dispatcher {
  readonly #pool: Pool;
  readonly #reports = new Queue<WorkerReport>(REPORTS_UNDER_WAY);
  readonly #batcher = new Batcher(batch => this.#waiting.push(batch));
  readonly #waiting: JobBatch[] = [];
  /** Batches of which not all is settled, by their ids. */
  readonly #open = new Map<number, OpenBatch>();
  /** Batches that workers are at. */
  #busy = 0;
  readonly #settings: WorkerSettings;
  readonly #retries: number;
  readonly #listener: JobListener;
  readonly #reading: Promise<void>;
  #queued = 0;
  #lastBatch = 0;
  #lossesInARow = 0;
  #isEnded = false;
  #error: unknown;
  #wake: () => void = () => {};

  /** @param budget tokens of bytes that the workers may copy, where there is a ceiling */
  constructor(
    workers: number,
    retries: number,
    settings: WorkerSettings,
    budget: Queue<number> | undefined,
    listener: JobListener,
  ) {
    this.#retries = retries;
    this.#settings = settings;
    this.#listener = listener;
    this.#pool = new Pool(workers, {
      initializer: task<typeof prepareWorker>(WORKER_PROGRAM, 'prepareWorker'),
      initargs: [settings, this.#reports, budget],
      ...workerProcess(),
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

  /** Resolves at the next change. Batches that are not full go out too: nobody adds to them now. */
  async change(): Promise<void> {
    if (this.#error === undefined && !this.#isEnded) {
      this.#batcher.flush();
      this.#hand();
      await new Promise<void>(resolve => {
        this.#wake = resolve;
      });
    }
    if (this.#error !== undefined) throw this.#error;
  }

  /** Ends the workers, whatever they do; what they leave is told to the listener as abandoned. */
  async end(): Promise<void> {
    if (!this.#isEnded) {
      this.#isEnded = true;
      this.#wake();
      await this.#pool.terminate(KILL_AFTER_MS);
      await this.#reports.close();
    }
    await this.#reading;
  }

  #hand(): void {
    let isAnyHanded = false;
    while (!this.#isEnded && this.#busy < this.#pool.size) {
      const batch = this.#waiting[0];
      if (batch === undefined || !this.#isWorthAWorker(batch)) break;
      this.#waiting.shift();
      this.#lastBatch += 1;
      isAnyHanded = true;
      void this.#run(this.#lastBatch, batch);
    }
    if (isAnyHanded) this.#listener.workers(this.#pool.pids);
  }

  /** A worker takes long to start: none is added for what those that live will soon have done. */
  #isWorthAWorker(batch: JobBatch): boolean {
    const isAnyFree = this.#busy < this.#pool.pids.length;
    return isAnyFree || this.#busy === 0 || this.#waiting.length > 1 || isLarge(batch);
  }

  async #run(id: number, { attempt, jobs }: JobBatch): Promise<void> {
    const batch: OpenBatch = { id, unsettled: new Map(jobs.entries()) };
    this.#open.set(id, batch);
    try {
      await this.#inWorker(batchMessage(id, { attempt, jobs }));
      await this.#allReportsRead();
      if (batch.unsettled.size > 0) throw new Error(`${batch.unsettled.size} entries were left unreported`);
    } catch (error) {
      await this.#allReportsRead();
      this.#abandon(batch);
      if (error instanceof WorkerLostError) this.#tryLostAgain(batch, error);
      else if (!this.#isEnded) this.#error ??= error;
    }
    this.#open.delete(id);
    this.#hand();
    this.#wake();
  }

  /** A worker that is done has its next batch at once, before the reports of the last have been read. */
  async #inWorker(message: Batch): Promise<void> {
    this.#busy += 1;
    try {
      await this.#pool.applyAsync(task<typeof copyBatch>(WORKER_PROGRAM, 'copyBatch'), [message]);
    } finally {
      this.#busy -= 1;
      this.#hand();
    }
  }

  #abandon({ id, unsettled }: OpenBatch): void {
    for (const [index, job] of unsettled) {
      this.#listener.abandoned(job, entryTemporaryName(this.#settings.runId, id, index));
    }
  }

  #tryLostAgain({ unsettled }: OpenBatch, error: WorkerLostError): void {
    this.#lossesInARow += 1;
    const isHopeless = this.#lossesInARow > this.#pool.size * MOST_LOSSES_A_WORKER;
    for (const job of unsettled.values()) {
      if (isHopeless)
        this.#give(job, { code: 'WORKER_LOST', message: `workers keep dying: ${error.message}` });
      else this.#tryAgain(job, { code: 'WORKER_LOST', message: error.message }, 0);
    }
  }

  #tryAgain(job: PendingJob, failure: Failure, delayMs: number): void {
    if (job.attempt > this.#retries) {
      this.#give(job, failure);
      return;
    }
    const attempt = job.attempt + 1;
    setTimeout(() => {
      this.#waiting.push({ attempt, jobs: [{ ...job, attempt }] });
      this.#hand();
    }, delayMs);
  }

  #give(job: PendingJob, failure: Failure): void {
    this.#queued -= 1;
    this.#listener.failed(job, failure);
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
    const open = this.#open.get(batch);
    for (const outcome of outcomes) {
      const job = open?.unsettled.get(outcome.index);
      if (job === undefined)
        throw new Error(`entry ${outcome.index} of batch ${batch} was reported, but not open`);
      open?.unsettled.delete(outcome.index);
      this.#lossesInARow = 0;
      if (outcome.kind === 'done') {
        this.#queued -= 1;
        this.#listener.done(job, outcome);
      } else if (CAN_PASS.has(outcome.failure.code)) {
        this.#tryAgain(job, outcome.failure, job.attempt * RETRY_AFTER_MS);
      } else {
        this.#give(job, outcome.failure);
      }
    }
  }

  /** A task's reports are in the queue when it settles; this waits until they have been taken out. */
  async #allReportsRead(): Promise<void> {
    while (!(await this.#reports.empty())) await new Promise(resolve => setImmediate(resolve));
    await new Promise(resolve => setImmediate(resolve));
  }
}

interface OpenBatch {
  readonly id: number;
  readonly unsettled: Map<number, PendingJob>;
}

/** Entries listed ahead of the workers: enough that they never wait, and a bound for the memory. */
const MOST_QUEUED = 4 * 1024;
/** Reports not yet taken in; a worker waits with its next one until there is room. */
const REPORTS_UNDER_WAY = 256;
/** Workers lost one after the other, no entry having been done between, after which nothing is tried again. */
const MOST_LOSSES_A_WORKER = 4;
/** Files in work are finished or dropped within a second of a signal. */
const KILL_AFTER_MS = 400;
/** Failures that can pass; see the contract's `--retries`. */
const CAN_PASS = new Set([
  'EIO',
  'EBUSY',
  'EAGAIN',
  'EINTR',
  'EMFILE',
  'ENFILE',
  'ETXTBSY',
  'CHANGED',
  'VERIFY',
]);
const RETRY_AFTER_MS = 50;
