import { StateError } from '../errors.js';
import type { AnyFunction, ResultOf, Task } from '../task.js';
import type { AbortWatch } from './abort-watch.js';
import type { Crew } from './crew.js';
import type { Job, Work } from './work.js';

/** `applyAsync`: one call, one promise. It is job and work in one. */
export class SingleJob<F extends AnyFunction> implements Job, Work {
  readonly kind = 'run';
  readonly task: Task<F>;
  readonly args: readonly unknown[];
  readonly isBeside: boolean;
  readonly outcome: Promise<ResultOf<F>>;
  readonly #crew: Crew;
  readonly #aborts: AbortWatch;
  readonly #signal: AbortSignal | undefined;
  readonly #onAbort = (reason: unknown): void => this.#abort(reason);
  #state: 'waiting' | 'running' | 'settled' = 'waiting';
  #endWorker: (() => void) | undefined;
  #resolve: (value: ResultOf<F>) => void = unset;
  #reject: (error: unknown) => void = unset;

  constructor(crew: Crew, aborts: AbortWatch, { task, args, isBeside, signal }: SingleCall<F>) {
    this.#crew = crew;
    this.#aborts = aborts;
    this.#signal = signal;
    this.task = task;
    this.args = args;
    this.isBeside = isBeside;
    this.outcome = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    if (signal !== undefined) aborts.add(signal, this.#onAbort);
  }

  get hasWork(): boolean {
    return this.#state === 'waiting';
  }

  /** One that can be aborted could not be taken back from a worker without ending what it is at. */
  get mayGoAhead(): boolean {
    return this.#signal === undefined;
  }

  take(): Work {
    this.#state = 'running';
    return this;
  }

  onRunning(end: () => void): void {
    this.#endWorker = end;
  }

  done(value: unknown): void {
    this.#settle(() => this.#resolve(value as ResultOf<F>)); // what the function returned, by the task's type
  }

  failed(error: unknown): void {
    this.#settle(() => this.#reject(error));
  }

  doneEach(): void {
    throw new StateError('one call was answered as if it were several');
  }

  gaveBack(): void {
    throw new StateError('one call was given back as if it were several');
  }

  abandon(error: unknown): void {
    this.failed(error);
  }

  #abort(reason: unknown): void {
    // A running one is rejected when its worker has ended: until then it might still be at work.
    if (this.#state === 'waiting') this.failed(reason);
    else this.#endWorker?.();
  }

  #settle(settle: () => void): void {
    if (this.#state === 'settled') return;
    this.#state = 'settled';
    const signal = this.#signal;
    if (signal !== undefined) this.#aborts.remove(signal, this.#onAbort);
    if (signal?.aborted) this.#reject(signal.reason);
    else settle();
    this.#crew.settled(this);
  }
}

interface SingleCall<F extends AnyFunction> {
  readonly task: Task<F>;
  readonly args: readonly unknown[];
  /** Whether it runs beside what its worker is at. */
  readonly isBeside: boolean;
  readonly signal: AbortSignal | undefined;
}

/** Replaced while the promise is made. */
function unset(): void {}
