import { readFileSync, readlinkSync } from 'node:fs';
import { basename } from 'node:path';

/**
 * Goes on ignoring the signals that were ignored when the command was started, by `nohup` or as a script's background
 * job. Node resets them at its start. The launcher (`src/build/launcher.ts`) reads them before that; a command that
 * is started as `node folder-copy.js` can only guess.
 */
export function ignoreAsBefore(): ReadonlySet<string> {
  const ignored = ignoredByLauncher(process.env.FOLDER_COPY_STAT ?? '') ?? ignoredByGuess();
  for (const name of ignored) process.on(name, () => {});
  return ignored;
}

/** Signals that end a command, unless it was started to ignore them. */
const NAMES = ['SIGHUP', 'SIGINT', 'SIGQUIT', 'SIGTERM'] as const;

type Ignorable = (typeof NAMES)[number];

/** @param line of `/proc/<pid>/stat`; undefined where it is not of this process */
function ignoredByLauncher(line: string): Set<Ignorable> | undefined {
  return line.startsWith(`${process.pid} `) ? ignoredIn(line) : undefined;
}

function ignoredIn(statLine: string): Set<Ignorable> {
  const mask = Number(fieldsOf(statLine)[SIGIGNORE]);
  return new Set(NAMES.filter(name => ((mask >> (NUMBERS[name] - 1)) & 1) === 1));
}

function ignoredByGuess(): Set<Ignorable> {
  const input = standardInput('self');
  const isUnderNohup = /(^|\/)nohup$/.test(process.env._ ?? '') || input === `${NULL} ${WRITE_ONLY}`;
  return new Set([...ignoredByShell(input), ...(isUnderNohup ? (['SIGHUP'] as const) : [])]);
}

/**
 * A shell's commands ignore the signals that it ignores itself. Without job control, its background jobs also ignore
 * SIGINT and SIGQUIT, and have an empty input of their own.
 */
function ignoredByShell(input: string): Ignorable[] {
  try {
    const parent = process.ppid;
    if (!SHELLS.has(basename(readlinkSync(`/proc/${parent}/exe`)))) return [];
    const shell = readFileSync(`/proc/${parent}/stat`, 'latin1');
    const isInItsGroup =
      fieldsOf(shell)[GROUP] === fieldsOf(readFileSync('/proc/self/stat', 'latin1'))[GROUP];
    const isInBackground =
      isInItsGroup && input === `${NULL} ${READ_ONLY}` && standardInput(parent) !== input;
    if (isInBackground) return ['SIGINT', 'SIGQUIT'];
    const ignored = ignoredIn(shell);
    // At its prompt a shell ignores SIGQUIT and SIGTERM for itself alone.
    return (['SIGHUP', 'SIGINT'] as const).filter(name => ignored.has(name));
  } catch {
    return []; // the parent is another user's, or has ended
  }
}

const SHELLS = new Set(['sh', 'bash', 'dash', 'ksh', 'mksh', 'zsh', 'busybox']);
const NULL = '/dev/null';
const READ_ONLY = 0;
const WRITE_ONLY = 1;

/** What it is, and how it is open; empty where that cannot be seen. */
function standardInput(pid: number | 'self'): string {
  try {
    const [, flags = '0'] = /^flags:\s*(\d+)/m.exec(readFileSync(`/proc/${pid}/fdinfo/0`, 'latin1')) ?? [];
    return `${readlinkSync(`/proc/${pid}/fd/0`)} ${Number.parseInt(flags, 8) & 3}`;
  } catch {
    return '';
  }
}

/** Those behind the name, which may hold anything; see proc(5). */
function fieldsOf(statLine: string): string[] {
  return statLine.slice(statLine.lastIndexOf(')') + 2).split(' ');
}

const GROUP = 2;
const SIGIGNORE = 30;
const NUMBERS: Readonly<Record<Ignorable, number>> = { SIGHUP: 1, SIGINT: 2, SIGQUIT: 3, SIGTERM: 15 };
