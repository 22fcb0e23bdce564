import { type ChildProcess, fork as forkNode } from 'node:child_process';

/** What a child process is, before it is told what to do. */
export interface ProcessKind {
  /** The script it runs, a path; it calls `serve`. */
  readonly program: string;
  /** What becomes of its output; its standard input is always empty. */
  readonly stdio: 'inherit' | 'ignore';
  readonly execArgv: readonly string[];
  readonly env: Readonly<NodeJS.ProcessEnv>;
}

/** A new child that holds nothing; it waits for `begin`, and ends with this process until it is told otherwise. */
export function fork({ program, stdio, execArgv, env }: ProcessKind): ChildProcess {
  const child = forkNode(program, [], {
    serialization: 'advanced',
    stdio: ['ignore', stdio, stdio, 'ipc'],
    execArgv: [...execArgv],
    env,
  });
  // Failures to start, to send and to signal: the first shows in the missing pid, the others in the ending.
  child.on('error', () => {});
  child.unref();
  child.channel?.unref();
  return child;
}
