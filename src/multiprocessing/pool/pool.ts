import { fileURLToPath } from 'node:url';
import { StateError, type WorkerStartError } from '../errors.js';
import type { Spare } from '../process/spare.js';
import { checkTimeout } from '../queue/queue.js';
import { type AnyFunction, fileUrl, type ItemOf, type ResultOf, type Task } from '../task.js';
import { AbortWatch } from './abort-watch.js';
import { Crew } from './crew.js';
import { ImapJob } from './imap-job.js';
import { MapJob } from './map-job.js';
import { Results } from './results.js';
import { SingleJob } from './single-job.js';

/** A fixed number of processes for any number of tasks. A worker is made when work arrives and none is idle. */
export class Pool implements AsyncDisposable {
  readonly #crew: Crew;
  readonly #aborts = new AbortWatch();

  /** @param size the most workers; a whole number of at least 1 */
  constructor(size: number, options: PoolOptions = {}) {
    if (!Number.isInteger(size) || size < 1) {
      throw new RangeError(`a pool's size must be a whole number of at least 1, got ${String(size)}`);
    }
    const { initializer, initargs = [], program, stdio, execArgv, env, watchdog = true } = options;
    const { ahead = 0, onGivenUp = () => {}, onReady = () => {}, spare } = options;
    if (!Number.isInteger(ahead) || ahead < 0) {
      throw new RangeError(`ahead must be a whole number of at least 0, got ${String(ahead)}`);
    }
    const fork = {
      isBound: true,
      isWatched: watchdog,
      isSingle: false,
      process: {
        ...(program && { program: fileURLToPath(fileUrl(program, "a pool's program")) }),
        ...(stdio && { stdio }),
        ...(execArgv && { execArgv }),
        ...(env && { env }),
      },
      ...(initializer && { initializer: { task: initializer, args: initargs } }),
      ...(spare && { spare }),
    };
    this.#crew = new Crew({ size, ahead, fork, onGivenUp, onReady });
  }

  /** The most workers. */
  get size(): number {
    return this.#crew.size;
  }

  /** Make one more worker now, if the size allows it. */
  grow(): void {
    this.#crew.refuseIfClosed();
    this.#crew.grow();
  }

  /** The number of workers that are alive now. */
  get workers(): number {
    return this.#crew.workers;
  }

  /** How many of them are still starting. */
  get starting(): number {
    return this.#crew.starting;
  }

  /** Their pids. */
  get pids(): number[] {
    return this.#crew.pids;
  }

  /**
   * Run a task in the next free worker, or beside what one is at. It never runs twice.
   * @returns what the task returns; rejects with what it throws, or with `WorkerLostError`
   * @throws {Closed} after `close` or `terminate`
   */
  applyAsync<F extends AnyFunction>(
    task: Task<F>,
    args: Readonly<Parameters<F>>,
    { signal, isBeside = false }: ApplyOptions = {},
  ): Promise<ResultOf<F>> {
    this.#crew.refuseIfClosed();
    if (signal?.aborted) return Promise.reject(signal.reason);
    const job = new SingleJob(this.#crew, this.#aborts, { task, args, isBeside, signal });
    this.#crew.submit(job);
    return job.outcome;
  }

  /**
   * Run the task once for each item; many quick calls share a message.
   * @returns all results, in the order of the items; rejects with the first failure
   * @throws {Closed} after `close` or `terminate`
   */
  map<F extends AnyFunction>(task: Task<F>, items: Iterable<ItemOf<F>>): Promise<ResultOf<F>[]> {
    this.#crew.refuseIfClosed();
    const list = Array.from(items);
    if (list.length === 0) return Promise.resolve([]);
    const job = new MapJob(this.#crew, task, list);
    this.#crew.submit(job);
    return job.outcome;
  }

  /**
   * `map` for input of any length: items are read as results are fetched, and results have the order of the items.
   * A failed call rejects its own `next()`; the next one continues. Run it to its end, or leave it with `break`.
   * @throws {Closed} after `close` or `terminate`
   */
  imap<F extends AnyFunction>(
    task: Task<F>,
    items: Iterable<ItemOf<F>> | AsyncIterable<ItemOf<F>>,
    options?: ImapOptions,
  ): AsyncIterableIterator<ResultOf<F>, undefined> {
    return this.#imap(task, items, new Results('in order'), options);
  }

  /** `imap`, with results as they arrive. */
  imapUnordered<F extends AnyFunction>(
    task: Task<F>,
    items: Iterable<ItemOf<F>> | AsyncIterable<ItemOf<F>>,
    options?: ImapOptions,
  ): AsyncIterableIterator<ResultOf<F>, undefined> {
    return this.#imap(task, items, new Results('as they come'), options);
  }

  /** Take no more tasks; the workers end when all are done. */
  close(): void {
    this.#crew.close();
  }

  /**
   * End the workers, whatever they are doing, and reject all open tasks with `Terminated`.
   * @param killAfterMs milliseconds until a worker that ignores SIGTERM gets SIGKILL; default 2000
   * @returns resolves when all have ended
   */
  async terminate(killAfterMs?: number): Promise<void> {
    await this.#crew.terminate(checkTimeout(killAfterMs));
  }

  /**
   * Wait until all tasks are done and all workers have ended.
   * @throws {StateError} before `close` or `terminate`
   */
  async join(): Promise<void> {
    if (this.#crew.isRunning) throw new StateError('join: the pool has been neither closed nor terminated');
    await this.#crew.ended();
  }

  /** `terminate`, as Python's `with` does. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.terminate();
  }

  #imap<F extends AnyFunction>(
    task: Task<F>,
    items: Iterable<unknown> | AsyncIterable<unknown>,
    results: Results<ResultOf<F>>,
    { inFlight = IN_FLIGHT_A_WORKER * this.size }: ImapOptions = {},
  ): AsyncIterableIterator<ResultOf<F>, undefined> {
    this.#crew.refuseIfClosed();
    if (!Number.isInteger(inFlight) || inFlight < 1) {
      throw new RangeError(`inFlight must be a whole number of at least 1, got ${String(inFlight)}`);
    }
    const job = new ImapJob(this.#crew, task, items, inFlight, results);
    this.#crew.submit(job);
    return job.start();
  }
}

export interface PoolOptions {
  /** Runs in every worker before its first task, in replacements too. If it fails, all waiting tasks are rejected. */
  readonly initializer?: Task;
  /** Its arguments; queues may be among them. Default: none. */
  readonly initargs?: readonly unknown[];
  /**
   * The script that the workers run, a file URL or an absolute path. By default, one of this package's own. It calls
   * `serve` with its tasks. Bundled into one file, it starts faster.
   */
  readonly program?: URL | string;
  /** Where the workers' output goes. Default `inherit`; their standard input is always empty. */
  readonly stdio?: 'inherit' | 'ignore';
  /** Node's options for the workers. Default: those of this process. */
  readonly execArgv?: readonly string[];
  /**
   * The workers' environment. Default: that of this process. Node 20 reads the certificates of NODE_EXTRA_CA_CERTS
   * at every start, which takes twice as long: leave it out if the workers do not use TLS.
   */
  readonly env?: Readonly<NodeJS.ProcessEnv>;
  /**
   * Whether a thread in each worker ends it with this process even if its event loop is blocked. Default true;
   * `false` saves the thread's memory, for tasks that look at `process.ppid` themselves.
   */
  readonly watchdog?: boolean;
  /**
   * How many tasks of `applyAsync` (without a signal) are sent to a worker that is still busy, so that it need not
   * wait for the next one. A new worker is made only if all others have that many. Default 0.
   */
  readonly ahead?: number;
  /**
   * Called once, if workers could not be started (a limit on processes or memory) and the pool goes on with those
   * that could. A pool without any rejects what waits with this error.
   */
  readonly onGivenUp?: (error: WorkerStartError) => void;
  /** Called each time a worker has started. */
  readonly onReady?: () => void;
  /** A process that was forked ahead and becomes the first worker, if it is as the pool would fork one. */
  readonly spare?: Spare;
}

export type ApplyOptions =
  | {
      /**
       * Drops the task if it is waiting, ends its worker if it is running. The promise rejects with the signal's
       * reason.
       */
      readonly signal?: AbortSignal;
      readonly isBeside?: false;
    }
  | {
      /**
       * Run it beside what its worker is at, while that awaits something, and one after the other with others that are
       * sent so: the worker with the fewest of them gets it at once, of several the one with the least to do. A worker
       * is made only if there is none.
       */
      readonly isBeside: true;
      readonly signal?: undefined;
    };

export interface ImapOptions {
  /** Most items that are under way, from being read to being fetched as results. Default: 16 for each worker. */
  readonly inFlight?: number;
}

const IN_FLIGHT_A_WORKER = 16;
