import type { Failure } from '../../files/failure.js';
import { LOST_ELSEWHERE } from '../../protocol/messages.js';
import type { BatchLostError } from './hands.js';
import { isOfLargeFile, type PendingJob } from './pending-job.js';

/** What comes next for a job that was not done; `postpone`: alone it would come before what is to be done again. */
type NextTry = { readonly kind: 'postpone' } | { readonly kind: 'again'; readonly delayMs: number };

/** Decides what is tried again: what failed with a transient error, and what a lost worker has left undone. */
export class Retries {
  readonly #most: number;
  readonly #mostLosses: number;
  #lossesInARow = 0;
  #lastLost: number | undefined;

  /** @param most tries of a job beyond its first */
  constructor(most: number, workers: number) {
    this.#most = most;
    this.#mostLosses = workers * MOST_LOSSES_A_WORKER;
  }

  /** Whether so many workers were lost that nothing is tried again. */
  get isHopeless(): boolean {
    return this.#lossesInARow > this.#mostLosses;
  }

  someDone(): void {
    this.#lossesInARow = 0;
  }

  /** @returns what has befallen the jobs that the worker had */
  workerLost({ message, worker }: BatchLostError): Failure {
    // One worker may have had a batch, and folders to read beside it.
    if (worker === undefined || worker.pid !== this.#lastLost) this.#lossesInARow += 1;
    this.#lastLost = worker?.pid;
    return { code: 'WORKER_LOST', message: this.isHopeless ? `no worker stays alive: ${message}` : message };
  }

  /**
   * Whether that a worker was lost with it counts as a try of a job. Something else may have been to blame: then it is
   * not held against a first and only try.
   */
  isTry({ again, attempt }: PendingJob, { worker }: BatchLostError): boolean {
    return worker?.wasAlone !== false || again === true || !this.isLast(attempt);
  }

  /** Whether there is none behind this one. */
  isLast(attempt: number): boolean {
    return attempt > this.#most;
  }

  /**
   * @param isTried whether this was a try of the job at all
   * @returns undefined where the job has failed for good
   */
  next(job: PendingJob, { code }: Failure, isTried: boolean): NextTry | undefined {
    const { kind, attempt } = job;
    const isLost = code === 'WORKER_LOST' || code === LOST_ELSEWHERE;
    if (!isLost && !CAN_PASS.has(code)) return undefined;
    if (kind === 'finishAfter') return { kind: 'postpone' };
    // A large file is begun anew, under another name: one who is late may still write to what is there.
    if (code === LOST_ELSEWHERE) return isOfLargeFile(job) ? undefined : { kind: 'again', delayMs: 0 };
    if ((isTried && this.isLast(attempt)) || (isLost && this.isHopeless)) return undefined;
    return { kind: 'again', delayMs: isLost ? 0 : attempt * RETRY_AFTER_MS };
  }
}

/** Transient errors. */
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
/** After so many workers were lost in a row, without an entry done in between, nothing is tried again. */
const MOST_LOSSES_A_WORKER = 4;
