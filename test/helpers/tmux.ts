import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import { commandEnvironment, commandPath } from './run-command.js';
import { type OnCleanup, scratchFolder } from './scratch-folder.js';

export interface ScreenOptions {
  /** where the program starts; it finds the built command as `folder-copy` */
  cwd: string;
  /** left out: bash, its prompt `$ ` */
  program?: readonly string[];
  columns?: number;
  rows?: number;
  /** added to this process's environment */
  env?: Record<string, string>;
  onCleanup?: OnCleanup;
}

/** A program in a terminal that can be looked at: what stands on the screen, not what was sent to it. */
export interface Screen {
  /** Types text as a keyboard would, then presses the keys named: `Enter`, `Tab`, `C-c`, … */
  type(text: string, ...keys: string[]): void;
  press(...keys: string[]): void;
  /** What stands there: wrapped lines in one piece, without the blanks at their ends and empty lines below. */
  text(): string;
  /** The same row by row, with the control sequences of its colours. */
  coloured(): string;
  /** Waits until the text matches, and returns it. */
  sees(pattern: RegExp, timeoutMs?: number): Promise<string>;
  /** Waits until the program has ended, and returns its status. */
  ended(timeoutMs?: number): Promise<number>;
  resize(columns: number): void;
  /** What the terminal has been told to do. */
  modes(): { showsCursor: boolean; wraps: boolean };
}

/** Runs a program in a tmux of its own, which knows nothing of the user's settings and goes with the test. */
export function openScreen(options: ScreenOptions): Screen {
  const { cwd, columns = 80, rows = 24, env = {}, onCleanup = onTestFinished } = options;
  const scratch = scratchFolder(undefined, onCleanup);
  const { program = plainBash(scratch) } = options;
  const statusFile = join(scratch, 'status');
  const environment = commandEnvironment({
    TMUX: undefined,
    LC_ALL: 'C.UTF-8',
    SHELL: '/bin/sh',
    PATH: `${commandFolder(scratch)}:${process.env.PATH}`,
    ...env,
  });
  const tmux = (...words: string[]): string =>
    execFileSync('tmux', ['-u', '-S', join(scratch, 'socket'), '-f', '/dev/null', ...words], {
      cwd,
      encoding: 'utf8',
      env: environment,
    });
  // tmux does not always learn a program's status. What waits behind it keeps the screen.
  const line = `trap : INT; ${program.map(quoted).join(' ')}; echo $? > ${quoted(statusFile)}; exec sleep infinity`;
  const size = ['-x', String(columns), '-y', String(rows)];
  tmux('start-server', ';', 'set-option', '-g', 'status', 'off', ';', 'new-session', '-d', ...size, line);
  onCleanup(() => void tmux('kill-server'));
  const text = (): string => tmux('capture-pane', '-p', '-J').replace(/ +$/gm, '').replace(/\n+$/, '');
  const waitFor = async <T>(look: () => T | undefined, what: string, timeoutMs: number): Promise<T> => {
    const deadline = Date.now() + timeoutMs;
    for (;;) {
      const seen = look();
      if (seen !== undefined) return seen;
      if (Date.now() > deadline)
        throw new Error(`no ${what} on the screen after ${timeoutMs} ms:\n${text()}`);
      await delay(20);
    }
  };
  return {
    type(typed, ...keys) {
      tmux('send-keys', '-l', '--', typed);
      if (keys.length > 0) tmux('send-keys', ...keys);
    },
    press: (...keys) => void tmux('send-keys', ...keys),
    text,
    coloured: () => tmux('capture-pane', '-p', '-e').replace(/\n+$/, ''),
    sees: (pattern, timeoutMs = 40_000) =>
      waitFor(
        () => {
          const now = text();
          return pattern.test(now) ? now : undefined;
        },
        String(pattern),
        timeoutMs,
      ),
    ended: (timeoutMs = 40_000) =>
      waitFor(
        () => {
          const status = existsSync(statusFile) ? readFileSync(statusFile, 'utf8') : '';
          return status === '' ? undefined : Number(status);
        },
        'end',
        timeoutMs,
      ),
    modes() {
      const [cursor, wrap] = tmux('display-message', '-p', '#{cursor_flag}#{wrap_flag}');
      return { showsCursor: cursor === '1', wraps: wrap === '1' };
    },
    resize: toColumns => void tmux('resize-window', '-x', String(toColumns), '-y', String(rows)),
  };
}

function plainBash(scratch: string): string[] {
  const settings = join(scratch, 'bashrc');
  writeFileSync(settings, "PS1='$ '\n");
  return ['bash', '--noprofile', '--rcfile', settings, '-i'];
}

/** A folder for `PATH` that holds the built command under its name, as an installation would. */
function commandFolder(scratch: string): string {
  const folder = join(scratch, 'bin');
  const command = join(folder, 'folder-copy');
  mkdirSync(folder);
  writeFileSync(command, `#!/bin/sh\nexec '${process.execPath}' '${commandPath}' "$@"\n`);
  chmodSync(command, 0o755);
  return folder;
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}
