/** Standard output of the command, and what became of it. */
export interface Output {
  /** Aborted once nobody can read any more; the reason's `code` is EPIPE, or why it cannot be written. */
  readonly signal: AbortSignal;
  /** @returns where the reader is behind, a promise of when it has caught up */
  write(text: string): Promise<void> | undefined;
  /**
   * Waits until everything is written.
   * @param status to exit with where all goes well
   * @param isStopped whether the command has been told to end: then it does, also where the reader takes nothing
   * @returns the status, or what a failed write asks for
   */
  end(status: number, isStopped: boolean): Promise<number>;
}

/**
 * A reader that closes the pipe stops the command quietly, as SIGPIPE would; any other error is one line.
 * Standard error has nobody left to tell: its errors are let go.
 */
export function openOutput(): Output {
  const controller = new AbortController();
  let failedStatus: number | undefined;
  process.stderr.on('error', () => {});
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (failedStatus !== undefined) return;
    failedStatus = error.code === 'EPIPE' ? PIPE_CLOSED : 1;
    if (error.code !== 'EPIPE') {
      process.stderr.write(`folder-copy: standard output: cannot be written (${error.code ?? 'UNKNOWN'})\n`);
    }
    controller.abort(error);
  });
  return {
    signal: controller.signal,
    write: text => (process.stdout.write(text) ? undefined : whenDrained()),
    end: async (status, isStopped) => {
      if (failedStatus !== undefined) return failedStatus;
      // Node has no other way to give up what a pipe does not take.
      const patience = isStopped ? setTimeout(() => process.exit(status), PATIENCE_MS) : undefined;
      await new Promise<void>(resolve => process.stdout.write('', () => setImmediate(resolve)));
      clearTimeout(patience);
      return failedStatus ?? status;
    },
  };
}

/** A reader that goes away is behind for ever: the signal tells of that. */
function whenDrained(): Promise<void> {
  return new Promise(resolve => process.stdout.once('drain', resolve));
}

/** For the last words of a command that was told to end. */
const PATIENCE_MS = 1000;

/** 128 + SIGPIPE. */
const PIPE_CLOSED = 141;
