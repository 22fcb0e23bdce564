import type { BytePath } from '../../files/byte-path.js';
import type { Failure } from '../../files/failure.js';
import type { FileRun } from '../../files/file-run.js';
import { entryTemporaryName } from '../../files/reserved-names.js';
import {
  Pool,
  Queue,
  StateError,
  task,
  WorkerLostError,
  WorkerStartError,
} from '../../multiprocessing/index.js';
import type { Batch, BatchEnd, DoneOutcome, WorkerReport, WorkerSettings } from '../../protocol/messages.js';
import type { copyBatch, prepareWorker } from '../../worker/copy-batch.js';
import { WORKER_PROGRAM, workerProcess } from '../../worker/worker-process.js';
import { Batcher, type OnAdded } from './batcher.js';
import { JobBatch } from './job-batch.js';
import { OpenBatch, type SettledFiles } from './open-batch.js';
import type { PendingJob } from './pending-job.js';
import { LONG_BATCH_MS, PoolGrowth } from './pool-growth.js';
import { Retries } from './retries.js';

/** What becomes of the jobs; each job is told of exactly once, unless the dispatcher is ended. */
export interface JobListener {
  done(job: PendingJob, outcome: DoneOutcome): void;
  /** Files are done; left out where each is to be told of by itself. */
  doneFiles?(files: SettledFiles): void;
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
  readonly #batcher = new Batcher(batch => this.#wait(batch));
  readonly #waiting: JobBatch[] = [];
  readonly #growth = new PoolGrowth();
  /** Where batches wait for a worker that might be added. */
  #look: NodeJS.Timeout | undefined;
  /** Batches of which not all is settled, by their ids. */
  readonly #open = new Map<number, OpenBatch>();
  /** Batches that workers are at. */
  #busy = 0;
  readonly #settings: WorkerSettings;
  readonly #retries: Retries;
  readonly #listener: JobListener;
  readonly #reading: Promise<void>;
  #queued = 0;
  /** Of the batches that are waiting or at a worker. */
  #weight = 0;
  #lastBatch = 0;
  #ending: Promise<void> | undefined;
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
    this.#retries = new Retries(retries, workers);
    this.#settings = settings;
    this.#listener = listener;
    this.#pool = new Pool(workers, {
      initializer: task<typeof prepareWorker>(WORKER_PROGRAM, 'prepareWorker'),
      initargs: [settings, this.#reports, budget],
      ...workerProcess(),
      watchdog: false,
      ahead: AHEAD,
    });
    this.#reading = this.#readReports();
  }

  add(job: PendingJob): void {
    this.#queued += 1;
    this.#batcher.add(job);
    this.#hand();
  }

  /** Files of one folder, as jobs that copy them: those in the run's rows from `from` to before `end`. */
  addFiles(folder: BytePath, run: FileRun, from: number, end: number, onAdded: OnAdded): void {
    this.#queued += end - from;
    this.#batcher.addFiles(folder, run, from, end, onAdded);
    this.#hand();
  }

  /** The number of the batch to which jobs are being added. */
  get batchNumber(): number {
    return this.#batcher.number;
  }

  /** Whether so much is waiting that the listing should hold back. */
  get isFull(): boolean {
    return this.#queued >= MOST_QUEUED;
  }

  get isIdle(): boolean {
    return this.#queued === 0;
  }

  /** Resolves at the next change. A batch that is not full goes out too, unless others wait before it. */
  async change(): Promise<void> {
    if (this.#error === undefined && !this.#isEnded) {
      if (this.#waiting.length === 0) this.#batcher.flush();
      this.#hand();
      await new Promise<void>(resolve => {
        this.#wake = resolve;
      });
    }
    if (this.#error !== undefined) throw this.#error;
  }

  /** Ends the workers, whatever they do; what they leave is told to the listener as abandoned. */
  async end(): Promise<void> {
    this.#ending ??= this.#end();
    await this.#ending;
  }

  async #end(): Promise<void> {
    clearTimeout(this.#look);
    this.#wake();
    await this.#pool.terminate(KILL_AFTER_MS);
    await this.#reports.close();
    await this.#reading;
  }

  get #isEnded(): boolean {
    return this.#ending !== undefined;
  }

  #wait(batch: JobBatch): void {
    this.#weight += batch.weight;
    this.#waiting.push(batch);
  }

  #hand(): void {
    if (this.#isEnded) return;
    const { workers } = this.#pool;
    let isAnyHanded = false;
    if (this.#isWorthAWorker) this.#pool.grow();
    // Where no worker could be made, the pool says why to the one batch that it is handed.
    while (this.#hasRoom || this.#busy === 0) {
      const waiting = this.#waiting.shift();
      if (waiting === undefined) break;
      this.#lastBatch += 1;
      isAnyHanded = true;
      void this.#run(this.#lastBatch, waiting);
    }
    if (isAnyHanded || this.#pool.workers !== workers) this.#listener.workers(this.#pool.pids);
  }

  /** Whether the workers may be given more. */
  get #hasRoom(): boolean {
    return this.#busy < this.#pool.workers * (1 + AHEAD);
  }

  get #isWorthAWorker(): boolean {
    // Asked after each job that is added.
    if (this.#waiting.length === 0) return false;
    const { workers, size: mostWorkers } = this.#pool;
    const [oldest] = this.#open.values();
    const advice = this.#growth.advice({
      workers,
      mostWorkers,
      busy: this.#busy,
      hasRoom: this.#hasRoom,
      waiting: this.#waiting.length,
      weight: this.#weight,
      oldest,
    });
    if (advice === 'ask again') {
      this.#look ??= setTimeout(() => {
        this.#look = undefined;
        this.#hand();
      }, LONG_BATCH_MS);
    }
    return advice === 'grow';
  }

  async #run(id: number, jobs: JobBatch): Promise<void> {
    const batch = new OpenBatch(id, jobs);
    this.#open.set(id, batch);
    try {
      const { reports, rest, tookMs } = await this.#inWorker(jobs.message(id));
      this.#growth.batchDone(tookMs);
      while (batch.reports < reports) await nextTurn();
      this.#read(rest);
      if (!batch.isSettled) throw new Error(`entries of batch ${id} were left unreported`);
    } catch (error) {
      await this.#allReportsRead();
      this.#abandon(batch);
      if (isForWantOfWorker(error)) {
        const failure = this.#retries.workerLost(error);
        for (const [, job] of batch.unsettled()) this.#notDone(job, failure);
      } else if (!this.#isEnded) this.#error ??= error;
    }
    this.#weight -= jobs.weight;
    this.#open.delete(id);
    jobs.release();
    this.#hand();
    this.#wake();
  }

  /** A worker that is done has its next batch at once, before the reports of the last have been read. */
  async #inWorker(message: Batch): Promise<BatchEnd> {
    this.#busy += 1;
    try {
      return await this.#pool.applyAsync(task<typeof copyBatch>(WORKER_PROGRAM, 'copyBatch'), [message]);
    } finally {
      this.#busy -= 1;
      this.#hand();
    }
  }

  #abandon(batch: OpenBatch): void {
    for (const [index, job] of batch.unsettled()) {
      this.#listener.abandoned(job, entryTemporaryName(this.#settings.runId, batch.id, index));
    }
  }

  #notDone(job: PendingJob, failure: Failure): void {
    const next = this.#retries.next(job, failure);
    if (next === undefined) {
      this.#queued -= 1;
      this.#listener.failed(job, failure);
    } else if (next.kind === 'postpone') {
      this.#queued -= 1;
      this.#listener.done(job, { how: 'postponed', bytes: 0 });
    } else {
      const attempt = job.attempt + 1;
      setTimeout(() => {
        this.#wait(new JobBatch(attempt, [{ ...job, attempt }]));
        this.#hand();
      }, next.delayMs);
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

  #read({ batch, done, failed, bytes }: WorkerReport): void {
    this.#listener.copied(bytes);
    const open = this.#open.get(batch);
    if (open === undefined) throw new Error(`batch ${batch} was reported, but is not open`);
    open.reported();
    for (const settled of open.settleDone(done, this.#listener.doneFiles !== undefined)) {
      if (settled.kind === 'files') {
        this.#queued -= settled.count;
        this.#listener.doneFiles?.(settled);
      } else {
        this.#queued -= 1;
        this.#listener.done(settled.job, settled.outcome);
      }
    }
    for (const { index, failure } of failed) {
      this.#notDone(open.settle(index), failure);
    }
    if (done.hows.length > 0) this.#retries.someDone();
  }

  /** What a lost worker has reported is in the queue; this waits until it has been taken out. */
  async #allReportsRead(): Promise<void> {
    while (!(await this.#reports.empty())) await nextTurn();
    await nextTurn();
  }
}

/** Whether a worker died, could not start, or, a StateError, could not be forked. */
function isForWantOfWorker(error: unknown): error is Error {
  return error instanceof WorkerLostError || error instanceof WorkerStartError || error instanceof StateError;
}

function nextTurn(): Promise<void> {
  return new Promise(resolve => setImmediate(resolve));
}

/** Entries listed ahead of the workers: enough that they never wait, and a bound for the memory. */
const MOST_QUEUED = 4 * 1024;
/** Reports not yet taken in; a worker waits with its next one until there is room. */
const REPORTS_UNDER_WAY = 256;
/** Files in work are finished or dropped within a second of a signal. */
const KILL_AFTER_MS = 400;
/** Batches that a worker has beside the one it is at, so that it never waits for the next. */
const AHEAD = 1;
