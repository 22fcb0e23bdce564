import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { commandEnvironment, commandPath } from './run-command.js';
import { scratchFolder } from './scratch-folder.js';

export interface TracedCopy {
  status: number | null;
  stderr: string;
  copy: string;
  /** every traced system call of the command and its workers, a line each, as strace writes it */
  calls: string[];
}

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
  log = join(scratchFolder(), 'calls'),
): Promise<TracedCopy> {
  // With the filter, calls that are not traced go on at full speed; but signals to be sent are lost.
  const isFiltered =
    what.some(word => word.startsWith('trace=')) && !what.some(word => /:signal=/.test(word));
  // `-yy` would ask the kernel about each descriptor; `-y` shows the path behind it.
  const child = spawn(
    'strace',
    [
      '-f',
      ...(isFiltered ? ['--seccomp-bpf'] : []),
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
  return { status, stderr, copy, calls: linesOf(log) };
}

/**
 * Runs the command, and stops it where it has just made the first call of that name. Meanwhile something happens.
 * @throws where the call was never made: then nothing is shown
 */
export async function copyStoppedAt(
  call: string,
  happen: () => void,
  args: readonly string[],
  source: string,
): Promise<TracedCopy> {
  const log = join(scratchFolder(), 'calls');
  const what = ['-e', `trace=${call}`, '-e', `inject=${call}:signal=SIGSTOP:when=1`];
  let ended = false;
  const copying = tracedCopy(what, args, source, undefined, {}, log).finally(() => (ended = true));
  copying.catch(() => {}); // whoever awaits it hears of it
  // Each of its threads is told of, and each that comes to the call later stops it once more.
  let seen = 0;
  for (; !ended; await delay(5)) {
    const stops = linesOf(log).filter(line => line.endsWith(' --- stopped by SIGSTOP ---'));
    for (const line of stops.slice(seen)) {
      if (seen === 0) happen();
      seen += 1;
      goOn(Number.parseInt(line, 10));
    }
  }
  if (seen === 0) throw new Error(`no ${call} was met`);
  return copying;
}

function goOn(pid: number): void {
  try {
    process.kill(pid, 'SIGCONT');
  } catch {
    // It has gone on, and ended.
  }
}

/** Each call is one line, where it began: strace writes two where another process comes between. */
function linesOf(log: string): string[] {
  if (!existsSync(log)) return [];
  const lines: string[] = [];
  const begun = new Map<string, number>();
  for (const line of readFileSync(log, 'latin1').split('\n').filter(Boolean)) {
    const [, pid = '', rest] = /^(\d+) +<\.\.\. \w+ resumed>(.*)$/s.exec(line) ?? [];
    const start = begun.get(pid);
    if (rest === undefined || start === undefined) {
      const [starter] = /^\d+/.exec(line) ?? [''];
      if (line.endsWith(UNFINISHED)) begun.set(starter, lines.length);
      lines.push(line);
    } else {
      lines[start] = `${lines[start]?.slice(0, -UNFINISHED.length)}${rest}`;
      begun.delete(pid);
    }
  }
  return lines;
}

const UNFINISHED = ' <unfinished ...>';
