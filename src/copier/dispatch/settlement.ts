import type { Failure } from '../../files/failure.js';
import { type DoneOutcome, LOST_ELSEWHERE, type WorkerReport } from '../../protocol/messages.js';
import type { Backlog } from './backlog.js';
import { isBatchLost } from './hands.js';
import type { OpenBatch, SettledFiles } from './open-batch.js';
import { isFinish, isOfLargeFile, nextTry, type PendingJob } from './pending-job.js';
import type { Retries } from './retries.js';

/** What becomes of the jobs; each job is reported exactly once, unless the dispatcher is ended. */
export interface JobListener {
  done(job: PendingJob, outcome: DoneOutcome): void;
  /** Files are done; left out where each is to be reported by itself. */
  doneFiles?(files: SettledFiles): void;
  failed(job: PendingJob, failure: Failure): void;
  copied(bytes: number): void;
  /**
   * The worker of these jobs of a batch, by their rows, is gone, and may have left some of them half done.
   * @returns the row of that one, if it is one only
   */
  abandoned(batch: number, jobs: readonly (readonly [row: number, job: PendingJob])[]): number | undefined;
  /** Another machine had these jobs, and may still be at them; each comes again. */
  lostElsewhere?(jobs: readonly PendingJob[]): void;
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

/** Counts the jobs that are not settled, and settles them by what the workers report, or no longer can. */
export class Settlement {
  readonly #retries: Retries;
  readonly #backlog: Backlog;
  readonly #hand: () => void;
  #joined: JobListener | undefined;
  #unsettled = 0;
  /** Those of them that only finish folders. */
  #finishing = 0;
  #isOneAtATime = false;
  #isEnded = false;

  /**
   * @param backlog takes what is to be tried again
   * @param hand hands it out
   */
  constructor(retries: Retries, backlog: Backlog, hand: () => void) {
    this.#retries = retries;
    this.#backlog = backlog;
    this.#hand = hand;
  }

  /** Before the first job. */
  join(listener: JobListener): void {
    this.#joined = listener;
  }

  get listener(): JobListener {
    if (this.#joined === undefined) throw new Error('a dispatcher has jobs, and nobody listens to it');
    return this.#joined;
  }

  get unsettled(): number {
    return this.#unsettled;
  }

  /** How many entries these are, without the folders that are only to be finished. */
  get entries(): number {
    return this.#unsettled - this.#finishing;
  }

  /** Whether one batch at a time is to be handed out: each of its entries makes room for the next. */
  get isOneAtATime(): boolean {
    return this.#isOneAtATime;
  }

  added(job: PendingJob): void {
    this.#unsettled += 1;
    if (isFinish(job)) this.#finishing += 1;
  }

  addedFiles(count: number): void {
    this.#unsettled += count;
  }

  /** The run has stopped: what is not done is left for the next one. */
  end(): void {
    this.#isEnded = true;
  }

  report(batch: OpenBatch, report: WorkerReport): void {
    const { done, failed, bytes } = report;
    const { listener } = this;
    listener.copied(bytes);
    batch.reported(report);
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

  /** What of a batch has not been reported never will be. @throws what it was lost by, where that is no lost worker */
  lose(batch: OpenBatch, error: unknown): void {
    const jobs = [...batch.unsettled()];
    if (isBatchLost(error) && error.loss === 'elsewhere' && !this.#isEnded) {
      this.listener.lostElsewhere?.(jobs.map(([, job]) => job));
      const failure = { code: LOST_ELSEWHERE, message: error.message };
      for (const [, job] of jobs) this.#notDone(job, failure);
      return;
    }
    const atHand = this.listener.abandoned(batch.id, jobs);
    if (!isBatchLost(error)) {
      if (this.#isEnded) return;
      throw error;
    }
    if (error.loss === 'no worker' && this.listener.workerless(error.message)) return;
    const failure = this.#retries.workerLost(error);
    // A worker can have been gone by the time that it was sent the batch: the second time, it is the job's doing.
    const isKnown = batch.hasReported || jobs[0]?.[1].again === true;
    const isOnlyOne = error.loss === 'at work' && jobs.length === 1;
    const isEachTried = error.loss === 'no worker' || (isOnlyOne && isKnown);
    for (const [row, job] of jobs)
      this.#notDone(job, failure, (isEachTried || row === atHand) && this.#retries.isTry(job, error));
  }

  /** A folder cannot be finished behind its files. */
  postpone(job: PendingJob): void {
    this.#settled(job);
    this.listener.done(job, { how: 'postponed', bytes: 0 });
  }

  /** Where there is room for one at a time, the others wait. A large file's part cannot be done by itself. */
  #isKeptForLater(job: PendingJob, failure: Failure, isAlone: boolean): boolean {
    if (this.#isEnded || !this.listener.mayFitAlone?.(failure, isAlone)) return false;
    this.#isOneAtATime = true;
    if (isOfLargeFile(job)) return false;
    // Behind all that is under way, the parts of large files too.
    this.#backlog.flush();
    this.#backlog.add({ ...job, again: true });
    return true;
  }

  /** @param isTried false: a worker had it, and had not begun with it as far as is known */
  #notDone(job: PendingJob, failure: Failure, isTried = true): void {
    if (this.#isEnded) return;
    const next = this.#retries.next(job, failure, isTried);
    if (next?.kind === 'again') {
      setTimeout(() => {
        this.#backlog.add(isTried ? nextTry(job) : { ...job, again: true });
        this.#hand();
      }, next.delayMs);
    } else if (next?.kind === 'postpone') {
      this.postpone(job);
    } else {
      this.#settled(job);
      this.listener.failed(job, failure);
    }
  }

  #settled(job: PendingJob): void {
    this.#unsettled -= 1;
    if (isFinish(job)) this.#finishing -= 1;
  }
}
