import { readFileSync, readlinkSync } from 'node:fs';

/** Signals that ask the command to stop. */
const STOP_SIGNALS = ['SIGHUP', 'SIGINT', 'SIGTERM'] as const;

export interface WatchedSignals {
  /** Aborted at the first signal; the reason's `code` is the signal's name. */
  readonly signal: AbortSignal;
  unwatch(): void;
}

/**
 * The first signal stops the run in order, a second one ends the process at once, as if nobody watched.
 * @param onSignal called at the first one
 */
export function watchSignals(onSignal: (name: string) => void): WatchedSignals {
  const controller = new AbortController();
  const stop = (name: (typeof STOP_SIGNALS)[number]) => {
    unwatch();
    onSignal(name);
    controller.abort(Object.assign(new Error(`stopped by ${name}`), { code: name }));
  };
  const goOn = () => {};
  const unwatch = () => {
    for (const name of STOP_SIGNALS) process.removeListener(name, stop);
  };
  for (const name of STOP_SIGNALS) process.on(name, name === 'SIGHUP' && isUnderNohup() ? goOn : stop);
  return { signal: controller.signal, unwatch };
}

/**
 * `nohup` has SIGHUP ignored, but Node sets every signal back to its default when it starts. What is left of
 * `nohup` is its name in the shell's `_`, or, at a terminal, a standard input that can only be written.
 */
function isUnderNohup(): boolean {
  if (/(^|\/)nohup$/.test(process.env._ ?? '')) return true;
  try {
    const flags = /^flags:\s*(\d+)/m.exec(readFileSync('/proc/self/fdinfo/0', 'utf8'))?.[1] ?? '0';
    const accessMode = Number.parseInt(flags, 8) & 3;
    return accessMode === 1 && readlinkSync('/proc/self/fd/0') === '/dev/null';
  } catch {
    // No /proc, or no standard input.
    return false;
  }
}
