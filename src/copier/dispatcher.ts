import type { Failure } from '../common/failure.js';
import type {
  Batch,
  BatchEnd,
  DoneColumns,
  DoneOutcome,
  WorkerReport,
  WorkerSettings,
} from '../common/messages.js';
import { entryTemporaryName } from '../common/reserved-names.js';
import { inheritedExecArgv } from '../multiprocessing/exec-argv.js';
import { Pool, Queue, task, WorkerLostError } from '../multiprocessing/index.js';
import type { copyBatch, prepareWorker } from '../worker/copy-batch.js';
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
      initializer: task<typeof prepareWorker>(WORKER_MODULE, 'prepareWorker'),
      initargs: [settings, this.#reports, budget],
      stdio: 'ignore',
      watchdog: false,
      ahead: AHEAD,
      env: workerEnvironment(),
      execArgv: [...inheritedExecArgv(), ...LITTLE_GARBAGE],
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
    const batch = new OpenBatch(id, jobs);
    this.#open.set(id, batch);
    try {
      const { reports, rest } = await this.#inWorker(batchMessage(id, { attempt, jobs }));
      while (batch.reports < reports) await nextTurn();
      this.#read(rest);
      if (!batch.isSettled) throw new Error(`entries of batch ${id} were left unreported`);
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
  async #inWorker(message: Batch): Promise<BatchEnd> {
    this.#busy += 1;
    try {
      return await this.#pool.applyAsync(task<typeof copyBatch>(WORKER_MODULE, 'copyBatch'), [message]);
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

  #tryLostAgain(batch: OpenBatch, error: WorkerLostError): void {
    this.#lossesInARow += 1;
    const isHopeless = this.#lossesInARow > this.#pool.size * MOST_LOSSES_A_WORKER;
    for (const [, job] of batch.unsettled()) {
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

  #read({ batch, done, failed, bytes }: WorkerReport): void {
    this.#listener.copied(bytes);
    const open = this.#open.get(batch);
    if (open === undefined) throw new Error(`batch ${batch} was reported, but is not open`);
    open.reports += 1;
    for (const [row, index] of done.indices.entries()) {
      const job = open.settle(index);
      this.#queued -= 1;
      this.#listener.done(job, doneOutcome(done, row));
    }
    for (const { index, failure } of failed) {
      const job = open.settle(index);
      if (CAN_PASS.has(failure.code)) this.#tryAgain(job, failure, job.attempt * RETRY_AFTER_MS);
      else this.#give(job, failure);
    }
    if (done.indices.length > 0 || failed.length > 0) this.#lossesInARow = 0;
  }

  /** What a lost worker has reported is in the queue; this waits until it has been taken out. */
  async #allReportsRead(): Promise<void> {
    while (!(await this.#reports.empty())) await nextTurn();
    await nextTurn();
  }
}

function nextTurn(): Promise<void> {
  return new Promise(resolve => setImmediate(resolve));
}

/** Node reads the certificates that this names at every start, which takes longer than the start itself. */
function workerEnvironment(): NodeJS.ProcessEnv {
  const { NODE_EXTRA_CA_CERTS: _, ...environment } = process.env;
  return environment;
}

/** A worker makes only short-lived garbage, which V8 would let grow to 48 MiB before it looks at it. */
const LITTLE_GARBAGE = ['--max-semi-space-size=4'];

/** A batch that a worker is at, and which of its jobs are not settled. */
class OpenBatch {
  readonly id: number;
  /** Reports that have been read. */
  reports = 0;
  readonly #jobs: (PendingJob | undefined)[];
  #unsettled: number;

  constructor(id: number, jobs: readonly PendingJob[]) {
    this.id = id;
    this.#jobs = [...jobs];
    this.#unsettled = jobs.length;
  }

  get isSettled(): boolean {
    return this.#unsettled === 0;
  }

  /** The job at `index`, which is settled now. */
  settle(index: number): PendingJob {
    const job = this.#jobs[index];
    if (job === undefined)
      throw new Error(`entry ${index} of batch ${this.id} was reported, but is not open`);
    this.#jobs[index] = undefined;
    this.#unsettled -= 1;
    return job;
  }

  *unsettled(): Generator<[index: number, job: PendingJob], void, undefined> {
    for (const [index, job] of this.#jobs.entries()) if (job !== undefined) yield [index, job];
  }
}

function doneOutcome({ names, hows, bytes, more }: DoneColumns, row: number): DoneOutcome {
  const [name, how, length] = [names[row], hows[row], bytes[row]];
  if (name === undefined || how === undefined || length === undefined) {
    throw new RangeError(`a report has no row ${row}`);
  }
  return { name, how, bytes: length, ...more.get(row) };
}

const WORKER_MODULE = new URL('../worker/copy-batch.js', import.meta.url);
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
/** Batches that a worker has beside the one it is at, so that it never waits for the next. */
const AHEAD = 1;
