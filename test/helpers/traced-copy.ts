import { execFileSync, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { commandEnvironment, commandPath } from './run-command.js';
import { scratchFolder } from './scratch-folder.js';

export interface TracedCopy {
  status: number | null;
  stderr: string;
  copy: string;
  /** every traced system call of the command and its workers, a line each, as strace writes it */
  calls: string[];
}

/** Whether strace is here and may trace: a container can forbid it. */
export const canTrace = succeeds('strace', '-f', '-qq', '-o', '/dev/null', 'true');

/**
 * Runs the command under strace.
 * @param what strace's own options: which calls, and what is to befall them
 */
export async function tracedCopy(
  what: readonly string[],
  args: readonly string[],
  source: string,
  copy = join(dirname(source), 'copy'),
  environment: Record<string, string> = {},
): Promise<TracedCopy> {
  const log = join(scratchFolder(), 'calls');
  // `-yy` would ask the kernel about each descriptor; `-y` shows the path behind it.
  const child = spawn(
    'strace',
    [
      '-f',
      '-qq',
      '-y',
      '-s',
      '512',
      '-o',
      log,
      ...what,
      process.execPath,
      commandPath,
      ...args,
      source,
      copy,
    ],
    { env: commandEnvironment(environment), stdio: ['ignore', 'ignore', 'pipe'] },
  );
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const status = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  return { status, stderr, copy, calls: readFileSync(log, 'latin1').split('\n').filter(Boolean) };
}

function succeeds(program: string, ...args: string[]): boolean {
  try {
    execFileSync(program, args, { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
