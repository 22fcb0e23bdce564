import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import { commandEnvironment, commandPath } from './run-command.js';
import { type OnCleanup, scratchFolder } from './scratch-folder.js';

export interface TmuxOptions {
  columns?: number;
  rows?: number;
  /** where the shell starts; it finds the built command there as `folder-copy` */
  cwd: string;
  env?: Record<string, string>;
  onCleanup?: OnCleanup;
}

/** A shell in a terminal that keeps a screen, as a user has it; gone with the test. */
export interface TmuxSession {
  /** Types text as it is, then presses the keys named: `Enter`, `Tab`, `C-c`, … */
  type(text: string, ...keys: string[]): void;
  press(...keys: string[]): void;
  /** What the screen shows and what has scrolled out of it: wrapped lines in one piece, without the blanks at their ends and empty lines below. */
  screen(): string;
  /** The same with the control sequences of colours and styles. */
  styledScreen(): string;
  /** Waits until the screen matches, and returns it. */
  sees(pattern: RegExp, timeoutMs?: number): Promise<string>;
  resize(columns: number, rows?: number): void;
}

/** Starts a session on a server of its own, which knows nothing of the user's settings. */
export function tmux(options: TmuxOptions): TmuxSession {
  const { columns = 80, rows = 24, cwd, env = {}, onCleanup = onTestFinished } = options;
  const scratch = scratchFolder(undefined, onCleanup);
  const socket = join(scratch, 'socket');
  const settings = join(scratch, 'bashrc');
  writeFileSync(settings, "PS1='$ '\n");
  const environment = commandEnvironment({ LC_ALL: 'C.UTF-8', ...env, TMUX: undefined });
  const run = (...words: string[]): string =>
    execFileSync('tmux', ['-u', '-S', socket, '-f', '/dev/null', ...words], {
      cwd,
      encoding: 'utf8',
      env: { ...environment, PATH: `${commandFolder(scratch)}:${process.env.PATH}` },
    });
  onCleanup(() => {
    // Nobody is left where the shell was told to exit.
    if (existsSync(socket)) run('kill-server');
  });
  run(
    'new-session',
    '-d',
    '-x',
    String(columns),
    '-y',
    String(rows),
    `exec bash --noprofile --rcfile '${settings}' -i`,
  );
  const screen = (...how: string[]): string =>
    run('capture-pane', '-p', '-J', '-S', '-', ...how)
      .replace(/ +$/gm, '')
      .replace(/\n+$/, '');
  return {
    type(text, ...keys) {
      run('send-keys', '-l', text);
      if (keys.length > 0) run('send-keys', ...keys);
    },
    press: (...keys) => void run('send-keys', ...keys),
    screen: () => screen(),
    styledScreen: () => screen('-e'),
    async sees(pattern, timeoutMs = 20_000) {
      const deadline = Date.now() + timeoutMs;
      for (let now = screen(); ; now = screen()) {
        if (pattern.test(now)) return now;
        if (Date.now() > deadline) throw new Error(`${pattern} is not seen after ${timeoutMs} ms:\n${now}`);
        await delay(20);
      }
    },
    resize: (toColumns, toRows = rows) =>
      void run('resize-window', '-x', String(toColumns), '-y', String(toRows)),
  };
}

/** A folder for `PATH` that holds the built command under its name, as an installation would. */
function commandFolder(scratch: string): string {
  const folder = join(scratch, 'bin');
  const command = join(folder, 'folder-copy');
  if (!existsSync(command)) {
    mkdirSync(folder);
    writeFileSync(command, `#!/bin/sh\nexec '${process.execPath}' '${commandPath}' "$@"\n`);
    chmodSync(command, 0o755);
  }
  return folder;
}
