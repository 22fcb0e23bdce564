import { constants } from 'node:os';
import { fromRecord } from '../error-record.js';
import { type Ending, StateError } from '../errors.js';
import type { FromChild } from '../messages.js';
import { checkTimeout } from '../queue/queue.js';
import type { AnyFunction, Task } from '../task.js';
import { Forked, type StartFailure } from './forked.js';

/** One task in a process of its own. */
export class Process<F extends AnyFunction = AnyFunction> {
  /** Free to choose; names nothing but this object. */
  name: string;
  readonly daemon: boolean;
  readonly #target: Task<F>;
  readonly #args: readonly unknown[];
  #forked: Forked | undefined;
  #ending: Ending | undefined;
  #error: Error | undefined;
  readonly #waiting = new Set<() => void>();

  constructor({ target, args, name, daemon = false }: ProcessOptions<F>) {
    processesMade += 1;
    this.name = name ?? `Process-${processesMade}`;
    this.daemon = daemon;
    this.#target = target;
    this.#args = args ?? [];
  }

  /** Null before the start. */
  get pid(): number | null {
    return this.#forked?.pid ?? null;
  }

  /** Null before the end; 0 where the target has returned, 1 where it has failed, `-15` after SIGTERM. */
  get exitCode(): number | null {
    if (this.#ending === undefined) return null;
    const { exitCode, signal } = this.#ending;
    return signal === null ? exitCode : -constants.signals[signal];
  }

  /** What the target has failed with, if it has; a `WorkerStartError` where the process never started. */
  get error(): Error | undefined {
    return this.#error;
  }

  /**
   * Fork the process; its target begins as soon as it is up.
   * @throws {StateError} the second time
   * @throws {WorkerStartError} where the system forks no process
   * @throws {DataCloneError} for arguments that cannot be sent
   */
  start(): void {
    if (this.#forked !== undefined) throw new StateError(`${this.name} has been started before`);
    const forked = new Forked(
      { isBound: this.daemon, isWatched: this.daemon, isSingle: true },
      {
        onMessage: message => this.#receive(message),
        onEnd: (ending, failure) => this.#end(ending, failure),
      },
    );
    try {
      forked.send({ kind: 'run', id: 1, call: forked.call(this.#target, this.#args) });
    } catch (error) {
      forked.kill();
      throw error;
    }
    this.#forked = forked;
    if (!this.daemon) forked.hold();
  }

  isAlive(): boolean {
    return this.#forked !== undefined && this.#ending === undefined;
  }

  /**
   * Wait for the end. All that the process had put into queues is there by then.
   * @param timeout milliseconds; default: no end
   * @returns whether it has ended
   */
  async join(timeout?: number): Promise<boolean> {
    const forked = this.#started('join');
    const timeoutMs = checkTimeout(timeout);
    if (this.#ending !== undefined) return true;
    forked.hold();
    await new Promise<void>(resolve => {
      const settle = () => {
        clearTimeout(timer);
        this.#waiting.delete(settle);
        resolve();
      };
      const timer = timeoutMs === undefined ? undefined : setTimeout(settle, timeoutMs);
      this.#waiting.add(settle);
    });
    forked.release();
    return !this.isAlive();
  }

  /**
   * Ask it to end (SIGTERM).
   * @param killAfterMs milliseconds after which it is ended for good (SIGKILL); default 2000
   */
  terminate(killAfterMs?: number): void {
    this.#started('terminate').terminate(checkTimeout(killAfterMs));
  }

  /** End it at once (SIGKILL). */
  kill(): void {
    this.#started('kill').kill();
  }

  #started(what: string): Forked {
    if (this.#forked === undefined) throw new StateError(`${what}: ${this.name} has not been started`);
    return this.#forked;
  }

  #receive(message: Exclude<FromChild, { queue: number }>): void {
    if ('error' in message) this.#error = fromRecord(message.error);
  }

  #end(ending: Ending, failure: StartFailure | undefined): void {
    this.#ending = ending;
    this.#error ??= failure?.error;
    for (const settle of this.#waiting) settle();
    if (!this.daemon) this.#forked?.release();
  }
}

export interface ProcessOptions<F extends AnyFunction> {
  /** The function to run. */
  readonly target: Task<F>;
  /** Its arguments: structured-cloneable; queues may stand in them. Default none. */
  readonly args?: Readonly<Parameters<F>>;
  /** Default `Process-1`, `Process-2`, … */
  readonly name?: string;
  /** End with this process and do not hold it. Default false: this process does not end before it. */
  readonly daemon?: boolean;
}

let processesMade = 0;
