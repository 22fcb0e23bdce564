/** Standard output of the command, and what became of it. */
export interface Output {
  /** Aborted once nobody can read any more; the reason's `code` is EPIPE, or why it cannot be written. */
  readonly signal: AbortSignal;
  write(text: string): void;
  /**
   * Waits until everything is written.
   * @returns the exit status that a failed write asks for; undefined where all went well
   */
  end(): Promise<number | undefined>;
}

/**
 * A reader that closes the pipe stops the command quietly, as SIGPIPE would; any other error is one line.
 * Standard error has nobody left to tell: its errors are let go.
 */
export function openOutput(): Output {
  const controller = new AbortController();
  let status: number | undefined;
  process.stderr.on('error', () => {});
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (status !== undefined) return;
    status = error.code === 'EPIPE' ? PIPE_CLOSED : 1;
    if (error.code !== 'EPIPE') {
      process.stderr.write(`folder-copy: standard output: cannot be written (${error.code ?? 'UNKNOWN'})\n`);
    }
    controller.abort(error);
  });
  return {
    signal: controller.signal,
    write: text => void process.stdout.write(text),
    end: () =>
      new Promise(resolve => {
        if (status !== undefined) resolve(status);
        else process.stdout.write('', () => setImmediate(() => resolve(status)));
      }),
  };
}

/** 128 + SIGPIPE. */
const PIPE_CLOSED = 141;
