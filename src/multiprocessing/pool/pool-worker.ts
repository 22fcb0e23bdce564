import { fromRecord } from '../error-record.js';
import { describeEnding, type Ending, StateError, WorkerLostError, WorkerStartError } from '../errors.js';
import type { FromChild } from '../messages.js';
import { Forked, type ForkOptions, type StartFailure } from '../process/forked.js';
import type { Work } from './work.js';

/**
 * One worker of a pool: it does one work after the other, in the order it got them, and has an outcome for each. Works
 * that run beside these are a line of their own.
 */
export class PoolWorker {
  readonly #forked: Forked;
  readonly #handlers: PoolWorkerHandlers;
  /** Sent and without an outcome; only the first of each line can have begun. */
  readonly #works: Sent[] = [];
  readonly #beside: Sent[] = [];
  #lastId = 0;
  #isReady = false;
  #isEnding = false;
  /** What the worker said before it ended. */
  #cause: Error | undefined;
  #reason: Error | undefined;

  constructor(options: ForkOptions, handlers: PoolWorkerHandlers) {
    this.#handlers = handlers;
    this.#forked = new Forked(options, {
      onMessage: message => this.#receive(message),
      onEnd: (ending, failure) => this.#end(ending, failure),
    });
  }

  get pid(): number {
    return this.#forked.pid;
  }

  get isReady(): boolean {
    return this.#isReady;
  }

  /** Works that it has, but for those beside them. */
  get load(): number {
    return this.#works.length;
  }

  /** Works that it has beside these. */
  get besides(): number {
    return this.#beside.length;
  }

  /** Whether it is on its way out, and takes no work. */
  get isEnding(): boolean {
    return this.#isEnding;
  }

  run(work: Work): void {
    const { kind, task, args, isBeside } = work;
    this.#lastId += 1;
    const id = this.#lastId;
    const line = this.#lineOf(work);
    line.push({ id, work });
    this.#forked.hold();
    try {
      this.#forked.send({ kind, id, call: this.#forked.call(task, args), ...(isBeside && { isBeside }) });
    } catch (error) {
      this.#finish(id, () => work.failed(error)); // it cannot be cloned
      return;
    }
    work.onRunning?.(() => {
      if (line[0]?.work === work) this.terminate();
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
    this.#forked.stopGiving();
    this.#forked.terminate(killAfterMs);
  }

  #receive(message: Exclude<FromChild, { queue: number }>): void {
    switch (message.kind) {
      case 'started':
        break;
      case 'ready':
        this.#isReady = true;
        this.#handlers.onReady();
        break;
      case 'unready':
      case 'crashed':
        this.#cause = fromRecord(message.error);
        break;
      case 'done':
        this.#finish(message.id, work => work.done(message.value));
        break;
      case 'failed':
        this.#finish(message.id, work => work.failed(fromRecord(message.error)));
        break;
      case 'doneEach': {
        const { values, failures, durationMs } = message;
        this.#finish(message.id, work => work.doneEach(values, failures, durationMs));
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
    const sent = [...this.#works, ...this.#beside].find(other => other.id === id);
    if (sent === undefined) {
      throw new StateError(`worker ${this.pid} answered for work ${id}, which it does not have`);
    }
    return sent.work;
  }

  #lineOf({ isBeside }: Work): Sent[] {
    return isBeside ? this.#beside : this.#works;
  }

  #finish(id: number, settle: (work: Work) => void): void {
    const work = this.#workOf(id);
    const line = this.#lineOf(work);
    line.splice(
      line.findIndex(sent => sent.id === id),
      1,
    );
    this.#forked.release();
    settle(work);
    if (!this.#isEnding && line === this.#works) this.#handlers.onRoom(this);
  }

  #end(ending: Ending, unstarted: StartFailure | undefined): void {
    const failure = this.#isEnding ? undefined : this.#failureOf(ending, unstarted);
    this.#isEnding = true;
    const lines = [this.#works, this.#beside].map(line => line.splice(0).map(({ work }) => work));
    // Of a worker that is lost the first are rejected, though they may not have begun: nothing is given out twice.
    const isLost = failure === undefined || failure.kind === 'accident';
    const lost = isLost ? lines.flatMap(line => line.shift() ?? []) : [];
    this.#handlers.onReturned(lines.flat());
    const lostWith = { hadBegun: this.#isReady, wasAlone: lost.length === 1 };
    for (const work of lost) {
      work.failed(this.#reason ?? new WorkerLostError(this.pid, ending, work.task, lostWith, this.#cause));
    }
    this.#handlers.onEnd(this, failure);
  }

  #failureOf(ending: Ending, unstarted: StartFailure | undefined): StartFailure | undefined {
    if (this.#isReady) return undefined;
    const what = `worker ${this.pid} ended (${describeEnding(ending)}) before it was ready`;
    const error = unstarted?.error ?? new WorkerStartError(what);
    const kind = unstarted?.kind ?? (ending.signal === null ? 'initializer' : 'accident');
    const cause = this.#cause;
    if (cause === undefined) return { kind, error };
    return { kind, error: new WorkerStartError(`a worker could not start: ${cause.message}`, { cause }) };
  }
}

interface Sent {
  readonly id: number;
  readonly work: Work;
}

interface PoolWorkerHandlers {
  /** A work is done, not one beside the others: it can take more. */
  onRoom(worker: PoolWorker): void;
  onReady(): void;
  /** It has ended before it began with these. */
  onReturned(works: readonly Work[]): void;
  /** @param failure why it never became ready, though nobody ended it */
  onEnd(worker: PoolWorker, failure: StartFailure | undefined): void;
}
