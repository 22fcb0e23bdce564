import { codeOf, type Failure } from '../../files/failure.js';

/** Why and when a run stops before its end: the caller's signal, a full disk, a first failure. */
export class Stop {
  #listener: () => void = () => {};
  #reason: StopReason | undefined;
  #isClosed = false;
  #unlisten: () => void = () => {};

  /** @param message of the reason, once the signal is aborted */
  listenTo(signal: AbortSignal | undefined, message: string): void {
    const onAbort = () => this.now(codeOf(signal?.reason) ?? 'ABORTED', message);
    // One that was aborted before tells nobody any more.
    if (signal?.aborted) onAbort();
    signal?.addEventListener('abort', onAbort, { once: true });
    this.#unlisten = () => signal?.removeEventListener('abort', onAbort);
  }

  get isStopped(): boolean {
    return this.#reason !== undefined;
  }

  /** Why; undefined while the run goes on. The first reason stays. */
  get reason(): StopReason | undefined {
    return this.#reason;
  }

  /** Whether it is too late to stop. */
  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** @returns whether the run is stopped now */
  atFailure({ code }: Failure): boolean {
    this.now(code, 'stopped at the first failed entry; run the same command again to resume');
    return this.isStopped;
  }

  now(code: string, message: string): void {
    if (this.#isClosed || this.#reason !== undefined) return;
    this.#reason = { code, message };
    this.#listener();
  }

  /** Nobody is left to do the work. @returns whether the run is stopped */
  withoutWorkers(reason: string): boolean {
    this.now('WORKER_LOST', `no worker could be started: ${reason}; run the same command again to resume`);
    return this.isStopped;
  }

  /** @param listener called at the stop, at once if it has come */
  onStop(listener: () => void): void {
    this.#listener = listener;
    if (this.isStopped) listener();
  }

  /** From here on nothing stops the run: it goes to its end. */
  close(): void {
    this.#isClosed = true;
    this.#unlisten();
  }
}

export interface StopReason {
  /** A signal's name, an errno name, NO_SPACE, … */
  readonly code: string;
  /** In words, with the next step where there is one. */
  readonly message: string;
}

/**
 * What the command exits with.
 * @param reason why the run was stopped, if it was
 * @param isAllWell of a run that went to its end
 */
export function exitStatus(reason: StopReason | undefined, isAllWell: boolean): number {
  if (reason !== undefined) return SIGNAL_STATUS[reason.code] ?? 1;
  return isAllWell ? 0 : 1;
}

/** What a shell makes of a command that a signal ended; EPIPE stands for SIGPIPE, which Node ignores. */
const SIGNAL_STATUS: Readonly<Record<string, number>> = {
  SIGHUP: 129,
  SIGINT: 130,
  EPIPE: 141,
  SIGTERM: 143,
};
