import { Closed, Terminated, WorkerStartError } from '../errors.js';
import type { ForkOptions, StartFailure } from '../process/forked.js';
import { PoolWorker } from './pool-worker.js';
import { type Asked, WaitingWork } from './waiting-work.js';
import type { Job } from './work.js';

/** The workers of a pool and the jobs that wait for them. First submitted, first served. */
export class Crew {
  readonly #options: CrewOptions;
  /** Workers, at most: fewer than its size once some could not be started. */
  #most: number;
  #accidents = 0;
  /** Why workers were given up, until it has been told. */
  #untold: WorkerStartError | undefined;
  #isTold = false;
  readonly #workers = new Set<PoolWorker>();
  readonly #idle: PoolWorker[] = [];
  readonly #waiting = new WaitingWork();
  /** Jobs without an outcome. */
  readonly #open = new Set<Job>();
  readonly #onEnded: (() => void)[] = [];
  #state: 'running' | 'closed' | 'terminated' = 'running';
  #isDispatching = false;

  constructor(options: CrewOptions) {
    this.#options = options;
    this.#most = options.size;
  }

  get size(): number {
    return this.#options.size;
  }

  get workers(): number {
    return this.#workers.size;
  }

  /** Workers that have not started yet. */
  get starting(): number {
    return Array.from(this.#workers).filter(worker => !worker.isReady).length;
  }

  get pids(): number[] {
    return Array.from(this.#workers, worker => worker.pid);
  }

  get isRunning(): boolean {
    return this.#state === 'running';
  }

  /** @throws {Closed} */
  refuseIfClosed(): void {
    if (this.#state !== 'running') throw new Closed(`the pool has been ${this.#state}`);
  }

  grow(): void {
    this.#forkIdle();
    this.#dispatch();
  }

  submit(job: Job): void {
    this.#open.add(job);
    this.wake(job);
  }

  /** The job has work to give, perhaps again. */
  wake(job: Job): void {
    this.#waiting.add(job);
    this.#dispatch();
  }

  /** The job has its outcome. */
  settled(job: Job): void {
    this.#open.delete(job);
    this.#waiting.drop(job);
    this.#wrapUp();
  }

  close(): void {
    if (this.#state === 'running') this.#state = 'closed';
    this.#wrapUp();
  }

  terminate(killAfterMs?: number): Promise<void> {
    this.#state = 'terminated';
    this.#waiting.clear();
    // Whoever asked for the end need not handle every open promise: a rejection that nobody awaits is not an error
    // here.
    for (const job of this.#open) job.outcome?.catch(() => {});
    for (const worker of this.#workers) worker.terminate(killAfterMs, new Terminated(TERMINATED));
    this.#wrapUp();
    return this.ended();
  }

  /** Resolves when all jobs have their outcome and all workers have ended. */
  ended(): Promise<void> {
    if (this.#hasEnded) return Promise.resolve();
    return new Promise(resolve => {
      this.#onEnded.push(resolve);
    });
  }

  get #hasEnded(): boolean {
    return this.#state !== 'running' && this.#open.size === 0 && this.#workers.size === 0;
  }

  #dispatch(): void {
    if (this.#isDispatching || this.#state === 'terminated') return;
    this.#isDispatching = true; // work that cannot be sent makes its worker idle on the spot
    try {
      this.#waiting.giveOut(asked => this.#workerFor(asked));
    } finally {
      this.#isDispatching = false;
    }
    this.#wrapUp();
  }

  #workerFor({ isBeside, mayGoAhead }: Asked): PoolWorker | undefined {
    if (isBeside) return this.#forBeside() ?? this.#forkIdle();
    return this.#idle.pop() ?? (mayGoAhead ? this.#withRoom() : undefined) ?? this.#fork();
  }

  /** The worker with the fewest works beside what it is at, or else the least to do; one that starts only where all do. */
  #forBeside(): PoolWorker | undefined {
    const workers = Array.from(this.#workers).filter(({ isEnding }) => !isEnding);
    const ready = workers.filter(({ isReady }) => isReady);
    const able = ready.length > 0 ? ready : workers;
    return able.sort((a, b) => a.besides - b.besides || a.load - b.load)[0];
  }

  /** The worker with the least to do, if it may have one more. */
  #withRoom(): PoolWorker | undefined {
    let found: PoolWorker | undefined;
    for (const worker of this.#workers) {
      if (worker.isEnding || worker.load > this.#options.ahead) continue;
      if (found === undefined || worker.load < found.load) found = worker;
    }
    return found;
  }

  #forkIdle(): PoolWorker | undefined {
    const worker = this.#fork();
    if (worker !== undefined) this.#idle.push(worker);
    return worker;
  }

  #fork(): PoolWorker | undefined {
    if (this.#workers.size >= this.#most) return undefined;
    try {
      const worker = new PoolWorker(this.#options.fork, {
        onReady: () => {
          this.#accidents = 0;
          this.#tell();
          this.#options.onReady();
        },
        onRoom: worker => {
          if (worker.load === 0) this.#idle.push(worker);
          this.#dispatch();
        },
        onReturned: works => this.#waiting.takeBack(works),
        onEnd: (ended, failure) => this.#lose(ended, failure),
      });
      this.#workers.add(worker);
      return worker;
    } catch (error) {
      if (error instanceof WorkerStartError) this.#giveUp(error);
      else if (this.#workers.size === 0) this.#waiting.abandon(error);
      return undefined;
    }
  }

  #lose(worker: PoolWorker, failure: StartFailure | undefined): void {
    this.#workers.delete(worker);
    const index = this.#idle.indexOf(worker);
    if (index !== -1) this.#idle.splice(index, 1);
    if (failure !== undefined) this.#startFailed(failure);
    this.#dispatch();
    this.#wrapUp();
  }

  #startFailed({ kind, error }: StartFailure): void {
    if (kind === 'accident') this.#accidents += 1;
    // New workers would fail as this one did: one error for all that waits, not a round of forks for each.
    if (kind === 'initializer') this.#waiting.abandon(error);
    else if (kind === 'system' || this.#accidents > MOST_ACCIDENTS) this.#giveUp(error);
  }

  /** It goes on with the workers that live. Without any, what waits has failed; what comes later tries anew. */
  #giveUp(error: WorkerStartError): void {
    this.#most = this.#workers.size;
    this.#untold = error;
    if (this.#most > 0) {
      this.#tell();
      return;
    }
    this.#most = this.size;
    this.#waiting.abandon(error);
  }

  /** Only where some live for sure. */
  #tell(): void {
    const error = this.#untold;
    if (error === undefined || this.#isTold || !Array.from(this.#workers).some(worker => worker.isReady))
      return;
    this.#isTold = true;
    this.#options.onGivenUp(error);
  }

  #wrapUp(): void {
    if (this.#state === 'running') return;
    if (this.#state === 'terminated' && this.#workers.size === 0) {
      for (const job of this.#open) job.abandon(new Terminated(TERMINATED));
    }
    if (this.#open.size === 0) for (const worker of this.#workers) worker.dismiss();
    if (!this.#hasEnded) return;
    for (const resolve of this.#onEnded.splice(0)) resolve();
  }
}

/** What a crew is told at its making. */
interface CrewOptions {
  /** Workers, at most. */
  readonly size: number;
  /** Works that a worker may have beside the one it is at. */
  readonly ahead: number;
  readonly fork: ForkOptions;
  /** Told once, where workers could not be started and others could. */
  onGivenUp(error: WorkerStartError): void;
  /** Told of each worker that has started. */
  onReady(): void;
}

const TERMINATED = 'the pool was terminated';
/** So many workers in a row may be killed before they are ready: a limit on memory can do that to each of them. */
const MOST_ACCIDENTS = 2;
