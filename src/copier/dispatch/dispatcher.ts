import type { BytePath } from '../../files/byte-path.js';
import type { Failure } from '../../files/failure.js';
import type { FileRun } from '../../files/file-run.js';
import type { DoneOutcome, WorkerReport } from '../../protocol/messages.js';
import type { FolderReading, FolderRequest } from '../../protocol/readings.js';
import { WakeUp } from '../../wake-up.js';
import { Backlog, type OnAdded } from './backlog.js';
import { BatchSize } from './batch-size.js';
import { FolderReaders } from './folder-readers.js';
import { BatchLostError, type Hands, type HandsEnd } from './hands.js';
import type { JobBatch } from './job-batch.js';
import { OpenBatch, type SettledFiles } from './open-batch.js';
import { isFinish, isOfLargeFile, nextTry, type PendingJob } from './pending-job.js';
import { PoolGrowth } from './pool-growth.js';
import { Retries } from './retries.js';

/** What becomes of the jobs; each job is told of exactly once, unless the dispatcher is ended. */
export interface JobListener {
  done(job: PendingJob, outcome: DoneOutcome): void;
  /** Files are done; left out where each is to be told of by itself. */
  doneFiles?(files: SettledFiles): void;
  failed(job: PendingJob, failure: Failure): void;
  copied(bytes: number): void;
  /**
   * The worker of these jobs of a batch, by their rows, is gone, and may have left one of them half done.
   * @returns the row of that one, if it can be told
   */
  abandoned(batch: number, jobs: readonly (readonly [row: number, job: PendingJob])[]): number | undefined;
  /**
   * There was no room for a job's entry. Left out where there never is more.
   * @param isAlone whether no other was under way
   * @returns whether it may fit when it is tried again, all others being done
   */
  mayFitAlone?(failure: Failure, isAlone: boolean): boolean;
  /** The workers that live now. */
  workers(pids: readonly number[]): void;
  /** None lives, and none can be started. @returns whether the run is stopped, and its jobs are left as they are */
  workerless(reason: string): boolean;
}

/**
 * Takes jobs, hands them out in batches, and tells its listener what the workers report of them. A job that failed in
 * a way that can pass is tried again, and one whose worker died by itself, so that one deadly file harms no other.
 */
export class Dispatcher {
  readonly #hands: Hands;
  readonly #retries: Retries;
  readonly #backlog = new Backlog();
  readonly #size = new BatchSize();
  readonly #growth: PoolGrowth;
  readonly #changes = new WakeUp();
  #joined: JobListener | undefined;
  /** Batches that the workers have, the oldest first. */
  readonly #open = new Set<OpenBatch>();
  #lastBatch = 0;
  /** Jobs that are not settled, and those of them that only finish folders. */
  #unsettled = 0;
  #finishing = 0;
  /** Of the batches that the workers have. */
  #weight = 0;
  /** Whether one batch at a time is handed out: each of its entries makes room for the next. */
  #isOneAtATime = false;
  #ending: Promise<HandsEnd> | undefined;
  #error: unknown;

  readonly #readers: FolderReaders;

  /** @param retries tries of a job beyond its first */
  constructor(hands: Hands, retries: number) {
    this.#hands = hands;
    this.#retries = new Retries(retries, hands.size);
    this.#growth = new PoolGrowth(hands.isWanted, () => this.#hand());
    this.#readers = new FolderReaders({
      hands,
      retries,
      lost: error => this.#retries.workerLost(error),
      changed: () => this.#listener.workers(hands.pids),
    });
  }

  /** Before the first job. */
  join(listener: JobListener): void {
    this.#joined = listener;
  }

  add(job: PendingJob): void {
    this.#unsettled += 1;
    if (isFinish(job)) this.#finishing += 1;
    this.#backlog.add(job);
    this.#hand();
  }

  /** Files of one folder, as jobs that copy them: those in the run's rows from `from` to before `end`. */
  addFiles(folder: BytePath, run: FileRun, from: number, end: number, onAdded: OnAdded): void {
    this.#unsettled += end - from;
    this.#backlog.addFiles(folder, run, from, end, onAdded);
    this.#hand();
  }

  /** Has a worker read a folder of the source. Pending for ever once this is ended. */
  read(request: FolderRequest): Promise<FolderReading> {
    return this.#readers.read(request);
  }

  /** Waits for something that the workers were asked for, unless this ends; what has been gathered goes out meanwhile. */
  async waitFor(promise: Promise<unknown>): Promise<void> {
    let isSettled = false;
    const settle = (): void => {
      isSettled = true;
      this.#changes.call();
    };
    promise.then(settle, settle);
    while (!isSettled && !this.#isEnded) await this.change();
    if (isSettled) await promise;
  }

  /** The number of the batch to which jobs are being added. */
  get batchNumber(): number {
    return this.#backlog.number;
  }

  /** Whether so much is waiting that the listing should hold back. */
  get isFull(): boolean {
    return this.#unsettled >= MOST_UNSETTLED;
  }

  get isIdle(): boolean {
    return this.#unsettled === 0;
  }

  /** Resolves at the next change. A batch that is not full goes out too, unless others wait before it. */
  async change(): Promise<void> {
    if (this.#error === undefined && !this.#isEnded) {
      if (this.#backlog.ready === 0) this.#backlog.flush();
      this.#hand();
      await this.#changes.next();
    }
    if (this.#error !== undefined) throw this.#error;
  }

  /** Ends the workers, whatever they do; what they leave is told to the listener as abandoned. */
  async end(): Promise<HandsEnd> {
    this.#readers.end();
    this.#ending ??= this.#hands.end();
    this.#growth.end();
    this.#changes.call();
    return await this.#ending;
  }

  get #isEnded(): boolean {
    return this.#ending !== undefined;
  }

  get #listener(): JobListener {
    if (this.#joined === undefined) throw new Error('a dispatcher has jobs, and nobody listens to it');
    return this.#joined;
  }

  #hand(): void {
    if (this.#isEnded) return;
    const { workers } = this.#hands;
    const before = this.#lastBatch;
    for (let alive = -1; this.#needsWorker && this.#hands.workers > alive; ) {
      alive = this.#hands.workers;
      this.#hands.grow();
    }
    // Where no worker could be made, the pool says why to the one batch that it is handed.
    const capacity = this.#isOneAtATime ? 1 : this.#hands.capacity;
    while (this.#open.size < capacity || this.#open.size === 0) {
      const limit = this.#size.limit(this.#backlog.jobs, this.#hands.workers);
      const jobs = this.#backlog.take(limit, job => this.#postpone(job));
      if (jobs === undefined) break;
      void this.#run(jobs);
    }
    if (this.#lastBatch > before || this.#hands.workers !== workers) this.#listener.workers(this.#hands.pids);
  }

  /** Asked after each job that is added. */
  get #needsWorker(): boolean {
    const { workers, size, capacity } = this.#hands;
    const waiting = this.#backlog.ready;
    if (waiting === 0 || workers >= size || (this.#isOneAtATime && workers > 0)) return false;
    const { jobs } = this.#backlog;
    const busy = this.#open.size;
    const weight = this.#weight + this.#backlog.weight;
    const [oldest] = this.#open;
    const { isWaiting } = this.#size;
    const entries = this.#unsettled - this.#finishing;
    return this.#growth.isWorthIt({
      workers,
      capacity,
      busy,
      waiting,
      jobs,
      entries,
      weight,
      oldest,
      isWaiting,
    });
  }

  async #run(jobs: JobBatch): Promise<void> {
    this.#lastBatch += 1;
    const isAlone = this.#isOneAtATime && this.#open.size === 0;
    const batch = new OpenBatch(this.#lastBatch, jobs, isAlone);
    this.#open.add(batch);
    this.#weight += jobs.weight;
    try {
      const message = jobs.message(batch.id, this.#retries.isLast(jobs.attempt));
      const { rest, begun, effort } = await this.#hands.run(message, report => this.#hear(batch, report));
      this.#hear(batch, rest);
      this.#size.batchDone(begun, effort);
      if (batch.left !== jobs.size - begun)
        throw new Error(`entries of batch ${batch.id} were left unreported`);
      this.#backlog.giveBack(jobs, begun, job => this.#postpone(job));
    } catch (error) {
      this.#lose(batch, error);
    }
    this.#open.delete(batch);
    this.#weight -= jobs.weight;
    this.#backlog.release(jobs);
    this.#hand();
    this.#changes.call();
  }

  #hear(batch: OpenBatch, report: WorkerReport): void {
    try {
      this.#settle(batch, report);
    } catch (error) {
      this.#error ??= error;
    }
    this.#changes.call();
  }

  #settle(batch: OpenBatch, { done, failed, bytes }: WorkerReport): void {
    const listener = this.#listener;
    listener.copied(bytes);
    batch.reported();
    for (const settled of batch.settleDone(done, listener.doneFiles !== undefined)) {
      if (settled.kind === 'files') {
        this.#unsettled -= settled.count;
        listener.doneFiles?.(settled);
      } else {
        this.#settled(settled.job);
        listener.done(settled.job, settled.outcome);
      }
    }
    for (const { index, failure } of failed) {
      const job = batch.settle(index);
      if (!this.#isKeptForLater(job, failure, batch.isAlone)) this.#notDone(job, failure);
    }
    if (done.hows.length > 0) this.#retries.someDone();
  }

  /** Where there is room for one at a time, the others wait. A large file's part cannot be done by itself. */
  #isKeptForLater(job: PendingJob, failure: Failure, isAlone: boolean): boolean {
    if (this.#isEnded || !this.#listener.mayFitAlone?.(failure, isAlone)) return false;
    this.#isOneAtATime = true;
    if (isOfLargeFile(job)) return false;
    // Behind all that is under way, the parts of large files too.
    this.#backlog.flush();
    this.#backlog.add({ ...job, again: true });
    return true;
  }

  /** What of a batch has not been reported never will be. */
  #lose(batch: OpenBatch, error: unknown): void {
    const jobs = [...batch.unsettled()];
    const atHand = this.#listener.abandoned(batch.id, jobs);
    if (error instanceof BatchLostError) {
      if (error.loss === 'no worker' && this.#listener.workerless(error.message)) return;
      const failure = this.#retries.workerLost(error);
      // A worker can have been gone by the time that it was sent the batch: the second time, it is the job's doing.
      const isKnown = batch.hasReported || jobs[0]?.[1].again === true;
      const isOnlyOne = error.loss === 'at work' && jobs.length === 1;
      const isEachTried = error.loss === 'no worker' || (isOnlyOne && isKnown);
      for (const [row, job] of jobs) this.#notDone(job, failure, isEachTried || row === atHand);
    } else if (!this.#isEnded) this.#error ??= error;
  }

  /** @param isTried false: a worker had it, and had not begun with it as far as is known */
  #notDone(job: PendingJob, failure: Failure, isTried = true): void {
    // The run has stopped: it is left for the next one.
    if (this.#isEnded) return;
    const next = this.#retries.next(job, failure, isTried);
    if (next?.kind === 'again') {
      setTimeout(() => {
        this.#backlog.add(isTried ? nextTry(job) : { ...job, again: true });
        this.#hand();
      }, next.delayMs);
      return;
    }
    if (next?.kind === 'postpone') {
      this.#postpone(job);
      return;
    }
    this.#settled(job);
    this.#listener.failed(job, failure);
  }

  #settled(job: PendingJob): void {
    this.#unsettled -= 1;
    if (isFinish(job)) this.#finishing -= 1;
  }

  /** A folder cannot be finished behind its files. */
  #postpone(job: PendingJob): void {
    this.#settled(job);
    this.#listener.done(job, { how: 'postponed', bytes: 0 });
  }
}

/** Entries listed ahead of the workers: enough that they never wait, and a bound for the memory. */
const MOST_UNSETTLED = 4 * 1024;
