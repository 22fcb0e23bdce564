import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { programsForOthers } from './for-others.js';
import { killIfThere, processesMarked, processesOf } from './processes.js';
import { fromRoot } from './project-root.js';

export interface CommandOptions {
  cwd?: string;
  /** added to this process's environment; `undefined` removes a variable */
  env?: Record<string, string | undefined>;
  timeoutMs?: number;
  /** what standard input says before it ends; without it, standard input is empty */
  input?: string | Buffer;
  uid?: number;
  gid?: number;
  /** another program instead of the command, for tests of these helpers and for programs that use the library */
  program?: string;
}

export interface CommandResult {
  status: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

export interface RunningCommand {
  child: ChildProcess;
  pid: number;
  /** the processes it has forked, and theirs, as of now */
  descendants(): number[];
  /** all that lives of this run, orphans included */
  processes(): number[];
  /** resolves when the output so far (both streams) matches, rejects when the command ends before */
  sees(pattern: RegExp): Promise<void>;
  /** what was written so far */
  output(): { stdout: string; stderr: string };
  finished: Promise<CommandResult>;
}

/** The built command, which users get; `folder-copy` in every other sense. */
export const commandPath = fromRoot('dist/lib/folder-copy.js');

/** Runs the command to its end. */
export function runCommand(args: readonly string[], options: CommandOptions = {}): Promise<CommandResult> {
  return startCommand(args, options).finished;
}

/** Starts the command and leaves it running: to be watched, signalled, killed. */
export function startCommand(args: readonly string[], options: CommandOptions = {}): RunningCommand {
  const mark = randomUUID();
  const isOther = options.uid !== undefined && options.uid !== process.getuid?.();
  const { node, command } = isOther ? programsForOthers() : { node: process.execPath, command: commandPath };
  const child = spawn(node, [options.program ?? command, ...args], {
    cwd: options.cwd,
    env: commandEnvironment({ ...options.env, [markName]: mark }),
    stdio: ['pipe', 'pipe', 'pipe'],
    ...(options.uid === undefined ? {} : { uid: options.uid }),
    ...(options.gid === undefined ? {} : { gid: options.gid }),
  });
  const written = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (written.stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (written.stderr += text));
  child.stdin.on('error', () => {}); // a command that ends without reading its input is no failure of the test
  child.stdin.end(options.input ?? '');
  const processes = (): number[] => processesMarked(markName, mark);
  const finished = endOf(child, written, options.timeoutMs ?? 50_000, processes);
  finished.catch(() => {}); // whoever awaits it hears of it
  const pid = child.pid ?? Number.NaN; // no number that a signal could go to
  return {
    child,
    pid,
    descendants: () => processesOf(pid).filter(member => member !== pid),
    processes,
    output: () => ({ ...written }),
    finished,
    async sees(pattern) {
      let ended = false;
      finished.finally(() => (ended = true)).catch(() => {});
      while (!pattern.test(written.stdout) && !pattern.test(written.stderr)) {
        if (ended) throw new Error(`ended without ${pattern}: ${JSON.stringify(written)}`);
        await delay(2);
      }
    },
  };
}

/** What the test runner, or the shell that started it (`_`), puts into the environment would change how the command looks and runs. */
export function commandEnvironment(changes: Record<string, string | undefined> = {}): NodeJS.ProcessEnv {
  const { NODE_OPTIONS, NODE_ENV, FORCE_COLOR, NO_COLOR, CI, _, ...inherited } = process.env;
  return Object.fromEntries(
    Object.entries({ ...inherited, ...changes }).filter(([, value]) => value !== undefined),
  );
}

const markName = 'FOLDER_COPY_TEST_RUN';

function endOf(
  child: ChildProcess,
  written: { stdout: string; stderr: string },
  timeoutMs: number,
  processes: () => number[],
): Promise<CommandResult> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      for (const pid of processes()) killIfThere(pid, 'SIGKILL');
      reject(new Error(`no end after ${timeoutMs} ms: ${JSON.stringify(written)}`));
    }, timeoutMs);
    child.once('error', reject);
    child.once('close', (status, signal) => {
      clearTimeout(timer);
      resolve({ status, signal, ...written });
    });
  });
}
