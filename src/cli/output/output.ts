import { type Ending, isLostTerminal } from '../ending/ending.js';
import { printLine } from './print-line.js';

/** Standard output of the command, and what became of it. */
export interface Output {
  /** Aborted once nobody can read any more; the reason's `code` is EPIPE, or why it cannot be written. */
  readonly signal: AbortSignal;
  /** @returns where the reader is behind, a promise of when it has caught up */
  write(text: string): Promise<void> | undefined;
  /**
   * Waits until everything is written.
   * @param ending of a command with which all goes well
   * @param isStopped whether the command has been told to end: then it does, also where the reader takes nothing
   * @returns the ending, or what a failed write asks for
   */
  end(ending: Ending, isStopped?: boolean): Promise<Ending>;
}

/**
 * If the reader closes the pipe, the command stops quietly, as by SIGPIPE. Any other error is one line; a terminal
 * that is gone is not an error. Errors of standard error are ignored: there is nowhere to report them.
 */
export function openOutput(): Output {
  const controller = new AbortController();
  let failedStatus: number | undefined;
  process.stderr.on('error', () => {});
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (failedStatus !== undefined || (error.code === 'EIO' && isLostTerminal(process.stdout.fd))) return;
    failedStatus = error.code === 'EPIPE' ? PIPE_CLOSED : 1;
    if (error.code !== 'EPIPE') {
      printLine(`folder-copy: standard output: cannot be written (${error.code ?? 'UNKNOWN'})`);
    }
    controller.abort(error);
  });
  return {
    signal: controller.signal,
    write: text => (process.stdout.write(text) ? undefined : whenDrained()),
    end: async (ending, isStopped = false) => {
      await Promise.race([whenWritten(), ...(isStopped ? [whenImpatient(ending)] : [])]);
      return typeof ending === 'number' ? (failedStatus ?? ending) : ending;
    },
  };
}

/** A reader that is gone never catches up: the signal says so. */
function whenDrained(): Promise<void> {
  return new Promise(resolve => process.stdout.once('drain', resolve));
}

/** The callback comes after a failed write as well; the error's event a little later. */
function whenWritten(): Promise<void> {
  return new Promise(resolve => process.stdout.write('', () => setImmediate(resolve)));
}

/** Node has no other way to give up what a pipe does not take. */
function whenImpatient(ending: Ending): Promise<void> {
  return new Promise(resolve => {
    const giveUp = () => (typeof ending === 'number' ? process.exit(ending) : resolve());
    setTimeout(giveUp, PATIENCE_MS).unref();
  });
}

/** How long a command that was told to end waits for its last words to be read. */
const PATIENCE_MS = 1000;

/** 128 + SIGPIPE. */
const PIPE_CLOSED = 141;
