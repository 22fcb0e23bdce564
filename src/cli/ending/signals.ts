/** Signals that ask the command to stop. */
export type StopSignal = 'SIGHUP' | 'SIGINT' | 'SIGTERM';

const STOP_SIGNALS: readonly StopSignal[] = ['SIGHUP', 'SIGINT', 'SIGTERM'];

export function isStopSignal(code: string | undefined): code is StopSignal {
  return STOP_SIGNALS.some(name => name === code);
}

/**
 * Lets the first signal stop the run in order, and a second one end the process at once. Until it watches, a signal ends
 * the process by itself: nothing has to be cleaned up yet, and a handler would not run while storage hangs.
 */
export class StopSignals {
  readonly #controller = new AbortController();
  readonly #watched: readonly StopSignal[];
  readonly #onSignal: (name: StopSignal) => void;

  /**
   * @param ignored signals that do nothing
   * @param onSignal called at the first one
   */
  constructor(ignored: ReadonlySet<string>, onSignal: (name: StopSignal) => void) {
    this.#watched = STOP_SIGNALS.filter(name => !ignored.has(name));
    this.#onSignal = onSignal;
    // Takes away the handlers of Node itself, which a call that hangs would keep from running.
    this.watch();
    this.unwatch();
  }

  /** Aborted at the first signal; the reason's `code` is the signal's name. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  watch(): void {
    for (const name of this.#watched) process.on(name, this.#stop);
  }

  unwatch(): void {
    for (const name of this.#watched) process.removeListener(name, this.#stop);
  }

  readonly #stop = (name: StopSignal): void => {
    this.unwatch();
    this.#onSignal(name);
    this.#controller.abort(Object.assign(new Error(`stopped by ${name}`), { code: name }));
  };
}
