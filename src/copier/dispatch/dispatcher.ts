import type { BytePath } from '../../files/byte-path.js';
import type { FileRun } from '../../files/file-run.js';
import type { DeletionLook, FoundDeletions, LookedForDeletions } from '../../protocol/deletions.js';
import type { WorkerReport } from '../../protocol/messages.js';
import type { FolderReading, FolderRequest, ReadFolder } from '../../protocol/readings.js';
import { WakeUp } from '../../wake-up.js';
import type { Tally } from '../report/tally.js';
import type { UnderWay } from '../report/under-way.js';
import { Backlog, type OnAdded } from './backlog.js';
import { BatchSize } from './batch-size.js';
import { FolderReaders, type LostReading } from './folder-readers.js';
import type { BatchLostError, Hands, HandsEnd } from './hands.js';
import type { JobBatch } from './job-batch.js';
import { OpenBatch } from './open-batch.js';
import type { PendingJob } from './pending-job.js';
import { PoolGrowth } from './pool-growth.js';
import { Retries } from './retries.js';
import { type JobListener, Settlement } from './settlement.js';

/**
 * Takes jobs, hands them out in batches, and tells its listener what the workers report of them. A job that failed
 * with a transient error is tried again. One whose worker died is tried again by itself, so that one deadly file
 * harms no other.
 */
export class Dispatcher {
  readonly #hands: Hands;
  readonly #retries: Retries;
  readonly #backlog = new Backlog();
  readonly #size: BatchSize;
  readonly #settlement: Settlement;
  readonly #growth: PoolGrowth;
  readonly #readers: FolderReaders<FolderRequest, ReadFolder>;
  readonly #finders: FolderReaders<DeletionLook, LookedForDeletions>;
  readonly #changes = new WakeUp();
  /** Batches that the workers have, the oldest first. */
  readonly #open = new Set<OpenBatch>();
  #lastBatch = 0;
  /** Of the batches that the workers have. */
  #weight = 0;
  #ending: Promise<HandsEnd> | undefined;
  #error: unknown;

  /**
   * @param retries tries of a job beyond its first
   * @param speed what else is known of the storage
   */
  constructor(hands: Hands, retries: number, speed?: { readonly isSlow: boolean }) {
    this.#hands = hands;
    this.#size = new BatchSize(hands, () => speed?.isSlow === true);
    this.#retries = new Retries(retries, hands.size);
    this.#settlement = new Settlement(this.#retries, this.#backlog, () => this.#hand());
    hands.whenStarted(() => this.#hand());
    this.#growth = new PoolGrowth(hands.isWanted, () => this.#hand());
    const parts = {
      hands,
      retries,
      lost: (error: BatchLostError) => this.#loseReader(error),
      changed: () => this.#settlement.listener.workers(hands.pids),
    };
    this.#readers = new FolderReaders({
      ...parts,
      send: (folders, company) => hands.read(folders, company),
      worthAWorker: WORTH_A_READER,
    });
    this.#finders = new FolderReaders({
      ...parts,
      send: (looks, company) => hands.findDeletions(looks, company),
      worthAWorker: WORTH_A_FINDER,
    });
  }

  /** Before the first job. */
  join(listener: JobListener): void {
    this.#settlement.join(listener);
  }

  add(job: PendingJob): void {
    this.#settlement.added(job);
    this.#backlog.add(job);
    this.#hand();
  }

  /** Files of one folder, as jobs that copy them: those in the run's rows from `from` to before `end`. */
  addFiles(folder: BytePath, run: FileRun, from: number, end: number, onAdded: OnAdded): void {
    this.#settlement.addedFiles(end - from);
    this.#backlog.addFiles(folder, run, from, end, onAdded);
    this.#hand();
  }

  /** Has a worker read a folder of the source. Pending for ever once this is ended. */
  read(request: FolderRequest): Promise<FolderReading> {
    return this.#readers.read(request);
  }

  /** Has a worker look for what is to be deleted. Pending for ever once this is ended. */
  findDeletions(look: DeletionLook): Promise<FoundDeletions> {
    return this.#finders.read(look);
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

  /** Whoever shows the run finds the workers there, and what they are at. */
  showIn(tally: Pick<Tally, 'workers' | 'underWay'>): void {
    tally.workers = () => this.#hands.pids;
    tally.underWay = () => this.#underWay;
  }

  /** The number of the batch to which jobs are being added. */
  get batchNumber(): number {
    return this.#backlog.number;
  }

  /** Whether so much is waiting that the listing should hold back. */
  get isFull(): boolean {
    const most = Math.min(this.#hands.workers * AHEAD_A_WORKER, MOST_UNSETTLED);
    return this.#settlement.unsettled >= Math.max(most, LEAST_UNSETTLED);
  }

  get isIdle(): boolean {
    return this.#settlement.unsettled === 0;
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
    this.#finders.end();
    this.#settlement.end();
    this.#ending ??= this.#hands.end();
    this.#growth.end();
    this.#changes.call();
    return await this.#ending;
  }

  /** What each worker is at, as far as it has said; where none has, what comes first. */
  get #underWay(): readonly UnderWay[] {
    const batches = [...this.#open];
    const begun = batches.filter(({ hasReported }) => hasReported);
    return (begun.length > 0 ? begun : batches.slice(0, 1)).flatMap(({ underWay }) => underWay ?? []);
  }

  get #isEnded(): boolean {
    return this.#ending !== undefined;
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
    while (this.#open.size < this.#capacity || this.#open.size === 0) {
      const limit = this.#size.limit(this.#backlog.jobs, this.#hands.workers);
      const jobs = this.#backlog.take(limit, job => this.#settlement.postpone(job));
      if (jobs === undefined) break;
      void this.#run(jobs);
    }
    if (this.#lastBatch > before || this.#hands.workers !== workers)
      this.#settlement.listener.workers(this.#hands.pids);
  }

  /** Batches that the workers may have now. */
  get #capacity(): number {
    if (this.#settlement.isOneAtATime) return 1;
    const { workers, capacity } = this.#hands;
    return this.#size.mayGoAhead(workers) ? capacity : workers;
  }

  /** Asked after each job that is added. */
  get #needsWorker(): boolean {
    const { workers, size } = this.#hands;
    const waiting = this.#backlog.ready;
    if (waiting === 0 || workers >= size || (this.#settlement.isOneAtATime && workers > 0)) return false;
    const [oldest] = this.#open;
    return this.#growth.isWorthIt({
      workers,
      busy: this.#open.size,
      capacity: this.#capacity,
      waiting,
      jobs: this.#backlog.jobs,
      entries: this.#settlement.entries,
      weight: this.#weight + this.#backlog.weight,
      oldest,
      isWaiting: this.#size.isWaiting,
    });
  }

  async #run(jobs: JobBatch): Promise<void> {
    this.#lastBatch += 1;
    const isAlone = this.#settlement.isOneAtATime && this.#open.size === 0;
    const batch = new OpenBatch(this.#lastBatch, jobs, isAlone);
    this.#open.add(batch);
    this.#weight += jobs.weight;
    try {
      const { atATime } = this.#size;
      const isLastTry = this.#retries.isLast(jobs.attempt);
      const message = jobs.message({ id: batch.id, isLastTry, atATime });
      const { rest, begun, effort } = await this.#hands.run(message, report => this.#hear(batch, report));
      this.#hear(batch, rest);
      this.#size.batchDone(begun, effort, atATime);
      if (batch.left !== jobs.size - begun)
        throw new Error(`entries of batch ${batch.id} were left unreported`);
      this.#backlog.giveBack(jobs, begun, job => this.#settlement.postpone(job));
    } catch (error) {
      this.#note(() => this.#settlement.lose(batch, error));
    }
    this.#open.delete(batch);
    this.#weight -= jobs.weight;
    this.#backlog.release(jobs);
    this.#hand();
    this.#changes.call();
  }

  #loseReader(error: BatchLostError): LostReading | undefined {
    if (error.loss === 'no worker' && this.#settlement.listener.workerless(error.message)) return undefined;
    const failure = this.#retries.workerLost(error);
    return { failure, isTried: error.loss !== 'not begun' || this.#retries.isHopeless };
  }

  #hear(batch: OpenBatch, report: WorkerReport): void {
    this.#note(() => this.#settlement.report(batch, report));
    this.#changes.call();
  }

  /** What goes wrong here is thrown to those who wait for a change. */
  #note(settle: () => void): void {
    try {
      settle();
    } catch (error) {
      this.#error ??= error;
    }
  }
}

/** Entries listed ahead of the workers: enough that they never wait, and a bound for the memory. */
const AHEAD_A_WORKER = 512;
const LEAST_UNSETTLED = 4 * 1024;
const MOST_UNSETTLED = 128 * 1024;
/** One reads many folders in the time in which another starts, and looks for deletions in a few. */
const WORTH_A_READER = 100;
const WORTH_A_FINDER = 10;
