import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import { commandEnvironment } from './run-command.js';
import { scratchFolder } from './scratch-folder.js';

export interface ScreenOptions {
  cwd: string;
  columns?: number;
  rows?: number;
  /** added to this process's environment */
  env?: Record<string, string>;
}

/** A program in a terminal that can be looked at: what stands on the screen, not what was sent to it. */
export interface Screen {
  /** As a keyboard would. */
  type(text: string): void;
  /** A key by tmux's name, such as `Tab`, `Enter`, `C-c`. */
  press(key: string): void;
  /** The lines as they stand, blanks at their ends and empty lines at the end left out. */
  lines(): string[];
  /** Waits until the lines, joined, match; returns them. */
  shows(pattern: RegExp, timeoutMs?: number): Promise<string[]>;
  /** Waits until the program has ended; returns its status. */
  ended(timeoutMs?: number): Promise<number>;
}

/** Runs a program in a tmux of its own, which goes with the test. */
export function openScreen(program: readonly string[], options: ScreenOptions): Screen {
  const { cwd, columns = 80, rows = 24, env = {} } = options;
  const scratch = scratchFolder();
  const statusFile = join(scratch, 'status');
  const tmux = (...args: string[]): string =>
    execFileSync('tmux', ['-u', '-S', join(scratch, 'tmux'), '-f', '/dev/null', ...args], {
      encoding: 'utf8',
      env: commandEnvironment({ TMUX: undefined, LC_ALL: 'C.UTF-8', SHELL: '/bin/sh', ...env }),
      cwd,
    });
  // tmux does not always learn a program's status. What waits behind it keeps the screen.
  const line = `trap : INT; ${program.map(quoted).join(' ')}; echo $? > ${quoted(statusFile)}; exec sleep infinity`;
  const size = ['-x', String(columns), '-y', String(rows)];
  tmux('start-server', ';', 'set-option', '-g', 'status', 'off', ';', 'new-session', '-d', ...size, line);
  onTestFinished(() => void tmux('kill-server'));
  const lines = (): string[] => tmux('capture-pane', '-p').replace(/\n+$/, '').split('\n');
  const waitFor = async <T>(look: () => T | undefined, what: string, timeoutMs: number): Promise<T> => {
    const deadline = Date.now() + timeoutMs;
    for (;;) {
      const seen = look();
      if (seen !== undefined) return seen;
      if (Date.now() > deadline) throw new Error(`no ${what} on the screen: ${JSON.stringify(lines())}`);
      await delay(20);
    }
  };
  return {
    type: text => void tmux('send-keys', '-l', '--', text),
    press: key => void tmux('send-keys', key),
    lines,
    shows: (pattern, timeoutMs = 20_000) =>
      waitFor(
        () => {
          const now = lines();
          return pattern.test(now.join('\n')) ? now : undefined;
        },
        String(pattern),
        timeoutMs,
      ),
    ended: (timeoutMs = 20_000) =>
      waitFor(
        () => {
          const status = existsSync(statusFile) ? readFileSync(statusFile, 'utf8') : '';
          return status === '' ? undefined : Number(status);
        },
        'end',
        timeoutMs,
      ),
  };
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}
