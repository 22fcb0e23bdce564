/** Signals that ask the command to stop, and the status that tells of each. */
const STATUS = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;
type StopSignal = keyof typeof STATUS;

export interface WatchedSignals {
  /** Aborted at the first signal. */
  readonly signal: AbortSignal;
  /** The exit status of a stopped run; undefined while no signal has come. */
  readonly status: number | undefined;
  unwatch(): void;
}

/** The first signal stops the run in order, a second one ends the process at once, as if nobody watched. */
export function watchSignals(): WatchedSignals {
  const controller = new AbortController();
  let status: number | undefined;
  const onSignal = (name: StopSignal) => {
    unwatch();
    status = STATUS[name];
    controller.abort(new Error(`stopped by ${name}`));
  };
  const names = Object.keys(STATUS) as StopSignal[];
  const unwatch = () => {
    for (const name of names) process.removeListener(name, onSignal);
  };
  for (const name of names) process.on(name, onSignal);
  return {
    signal: controller.signal,
    get status() {
      return status;
    },
    unwatch,
  };
}
