/** Signals that ask the command to stop. */
export type StopSignal = 'SIGHUP' | 'SIGINT' | 'SIGTERM';

const STOP_SIGNALS: readonly StopSignal[] = ['SIGHUP', 'SIGINT', 'SIGTERM'];

export function isStopSignal(code: string | undefined): code is StopSignal {
  return STOP_SIGNALS.some(name => name === code);
}

export interface WatchedSignals {
  /** Aborted at the first signal; the reason's `code` is the signal's name. */
  readonly signal: AbortSignal;
  unwatch(): void;
}

/**
 * The first signal stops the run in order, a second one ends the process at once.
 * @param ignored signals that do nothing
 * @param onSignal called at the first one
 */
export function watchSignals(
  ignored: ReadonlySet<string>,
  onSignal: (name: StopSignal) => void,
): WatchedSignals {
  const watched = STOP_SIGNALS.filter(name => !ignored.has(name));
  const controller = new AbortController();
  const stop = (name: StopSignal) => {
    unwatch();
    onSignal(name);
    controller.abort(Object.assign(new Error(`stopped by ${name}`), { code: name }));
  };
  const unwatch = () => {
    for (const name of watched) process.removeListener(name, stop);
  };
  for (const name of watched) process.on(name, stop);
  return { signal: controller.signal, unwatch };
}
