import type { Failure } from '../../files/failure.js';
import { WakeUp } from '../../wake-up.js';
import type { CopyEvent, EndEvent, FileEvent } from './events.js';

/** Where a run's events go: to a consumer that may be slower than the run. */
export class EventSink {
  /** Whether finished entries are events; the run need not make events that nobody wants. */
  readonly wantsFiles: boolean;
  readonly #onEvent: (event: CopyEvent) => unknown;
  readonly #hearers: ((event: CopyEvent) => void)[] = [];
  readonly #signal: AbortSignal | undefined;
  #log: Log | undefined;
  #onLogLost: (failure: Failure) => void = () => {};
  /** What the consumer has still to deal with. */
  readonly #open = new Set<PromiseLike<unknown>>();
  #failure: { readonly reason: unknown } | undefined;
  readonly #changes = new WakeUp();

  /**
   * @param onEvent what it returns, if it is a promise, is when the event has been dealt with
   * @param signal a run that is stopped waits for nobody
   */
  constructor(
    onEvent: ((event: CopyEvent) => unknown) | undefined,
    signal: AbortSignal | undefined,
    { wantsFiles }: { readonly wantsFiles: boolean },
  ) {
    this.#onEvent = onEvent ?? (() => {});
    this.wantsFiles = wantsFiles;
    this.#signal = signal;
  }

  /** Adds a consumer that holds nothing back. */
  hear(hearer: (event: CopyEvent) => void): void {
    this.#hearers.push(hearer);
  }

  /** Has them in a log too, from now on. */
  logTo(log: Log): void {
    this.#log = log;
    log.onLost(failure => this.#onLogLost(failure));
  }

  /** @param listener called once, when the log cannot be written any more */
  onLogLost(listener: (failure: Failure) => void): void {
    this.#onLogLost = listener;
  }

  /** Whether the log can be written shows only then, and where it is a pipe, only once this has `drained`. */
  flushLog(): void {
    this.waitFor(this.#log?.flush());
  }

  tell(event: CopyEvent): void {
    if (!this.wantsFiles && event.type === 'file' && !isLeftOut(event)) return;
    this.#handOn(event);
    this.#logged(event);
  }

  /**
   * Tells the last event.
   * @param make makes it, and anew where the log is lost with its last lines, which is a failure of the run
   */
  end(make: () => EndEvent): EndEvent {
    this.flushLog();
    this.#logged(make());
    const event = make();
    this.#handOn(event);
    return event;
  }

  #logged(event: CopyEvent): void {
    this.waitFor(this.#log?.take(event));
  }

  #handOn(event: CopyEvent): void {
    for (const hear of this.#hearers) hear(event);
    const dealtWith = this.#onEvent(event);
    if (isPromise(dealtWith)) this.waitFor(dealtWith);
  }

  /** Whether the consumer has still to deal with what it was told. */
  get isBehind(): boolean {
    return this.#open.size > 0;
  }

  /** The run has been stopped: whoever waits looks again. */
  stopped(): void {
    this.#changes.call();
  }

  /**
   * Resolves once the consumer has dealt with all it was told.
   * @param stop once it is stopped, nothing is waited for
   * @throws what the consumer failed with
   */
  async drained(stop?: { readonly isStopped: boolean }): Promise<void> {
    const isWaiting = () => this.#open.size > 0 && this.#failure === undefined && stop?.isStopped !== true;
    while (isWaiting() && this.#signal?.aborted !== true) await this.#change();
    if (this.#failure !== undefined) throw this.#failure.reason;
  }

  async #change(): Promise<void> {
    const onAbort = () => this.#changes.call();
    this.#signal?.addEventListener('abort', onAbort);
    await this.#changes.next();
    this.#signal?.removeEventListener('abort', onAbort);
  }

  /** Counts as something to deal with, if it is anything. A consumer may answer a whole row of events with one promise. */
  waitFor(dealtWith: PromiseLike<unknown> | undefined): void {
    if (dealtWith === undefined || this.#open.has(dealtWith)) return;
    this.#open.add(dealtWith);
    const settle = () => {
      this.#open.delete(dealtWith);
      this.#changes.call();
    };
    dealtWith.then(settle, (reason: unknown) => {
      this.#failure ??= { reason };
      settle();
    });
  }
}

/** A socket, a device, a FIFO that cannot be made: skipped, though nobody asked for that. */
export function isLeftOut({ how, notKept }: FileEvent): boolean {
  return how === 'skipped' && notKept !== undefined;
}

function isPromise(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}

/** Takes all events too, as long as it can be written. */
interface Log {
  /** @returns where it is behind, a promise of when it has caught up; so does `flush` */
  take(event: CopyEvent): Promise<void> | undefined;
  flush(): Promise<void> | undefined;
  onLost(listener: (failure: Failure) => void): void;
}
