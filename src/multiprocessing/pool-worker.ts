import { fromRecord } from './error-record.js';
import { describeEnding, type Ending, StateError, WorkerLostError, WorkerStartError } from './errors.js';
import { Forked, type ForkOptions } from './forked.js';
import type { FromChild } from './messages.js';
import type { Work } from './work.js';

export interface PoolWorkerHandlers {
  /** Its work is done: it can take more. */
  onIdle(worker: PoolWorker): void;
  /** It never became ready, by its own fault: others would not either. */
  onUnready(error: Error): void;
  onEnd(worker: PoolWorker): void;
}

/** One worker of a pool: at most one work at a time, and an outcome for each. */
export class PoolWorker {
  readonly #forked: Forked;
  readonly #handlers: PoolWorkerHandlers;
  #work: Work | undefined;
  #works = 0;
  #isReady = false;
  #isEnding = false;
  /** What the worker said before it ended. */
  #cause: Error | undefined;
  #reason: Error | undefined;

  constructor(options: ForkOptions, handlers: PoolWorkerHandlers) {
    this.#handlers = handlers;
    this.#forked = new Forked(options, {
      onMessage: message => this.#receive(message),
      onEnd: ending => this.#end(ending),
    });
  }

  get pid(): number {
    return this.#forked.pid;
  }

  run(work: Work): void {
    const { kind, task, args } = work;
    this.#work = work;
    this.#works += 1;
    this.#forked.hold();
    try {
      this.#forked.send({ kind, id: this.#works, call: this.#forked.call(task, args) });
    } catch (error) {
      this.#finish(work, () => work.failed(error)); // it cannot be cloned
      return;
    }
    work.onRunning?.(() => {
      if (this.#work === work) this.terminate();
    });
  }

  /** @see Forked.dismiss */
  dismiss(): void {
    if (this.#isEnding) return;
    this.#isEnding = true;
    this.#forked.hold();
    this.#forked.dismiss();
  }

  /**
   * @see Forked.terminate
   * @param reason what its work is rejected with; default: that the worker was lost
   */
  terminate(killAfterMs?: number, reason?: Error): void {
    this.#reason = reason;
    if (!this.#isEnding) this.#forked.hold();
    this.#isEnding = true;
    this.#forked.terminate(killAfterMs);
  }

  #receive(message: Exclude<FromChild, { queue: number }>): void {
    switch (message.kind) {
      case 'ready':
        this.#isReady = true;
        break;
      case 'unready':
      case 'crashed':
        this.#cause = fromRecord(message.error);
        break;
      case 'done':
        this.#finish(this.#workOf(message.id), work => work.done(message.value));
        break;
      case 'failed':
        this.#finish(this.#workOf(message.id), work => work.failed(fromRecord(message.error)));
        break;
      case 'doneEach': {
        const { values, failures, durationMs } = message;
        this.#finish(this.#workOf(message.id), work => work.doneEach(values, failures, durationMs));
        break;
      }
      case 'gaveBack':
        this.#workOf(message.id).gaveBack(message.from);
        break;
      default:
        message satisfies never;
    }
  }

  #workOf(id: number): Work {
    if (this.#work === undefined || id !== this.#works) {
      throw new StateError(`worker ${this.pid} answered for work ${id}, which it does not have`);
    }
    return this.#work;
  }

  #finish(work: Work, settle: (work: Work) => void): void {
    this.#work = undefined;
    this.#forked.release();
    settle(work);
    if (!this.#isEnding) this.#handlers.onIdle(this);
  }

  #end(ending: Ending): void {
    this.#isEnding = true;
    const work = this.#work;
    this.#work = undefined;
    const reason = this.#reason;
    // A worker that ends by itself before it is ready would do so again; one that is killed has met with an accident.
    if (reason !== undefined) {
      work?.failed(reason);
    } else if (!this.#isReady && ending.signal === null) {
      const error = startError(this.pid, ending, this.#cause);
      work?.failed(error);
      this.#handlers.onUnready(error);
    } else {
      work?.failed(new WorkerLostError(this.pid, ending, work.task, this.#cause));
    }
    this.#handlers.onEnd(this);
  }
}

function startError(pid: number, ending: Ending, cause: Error | undefined): WorkerStartError {
  return cause === undefined
    ? new WorkerStartError(`worker ${pid} ended (${describeEnding(ending)}) before it was ready`)
    : new WorkerStartError(`a worker could not start: ${cause.message}`, { cause });
}
