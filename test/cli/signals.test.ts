import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { isInstalled } from '../helpers/is-installed.js';
import { makeTree } from '../helpers/make-tree.js';
import { processesOf } from '../helpers/processes.js';
import { commandEnvironment, commandPath } from '../helpers/run-command.js';
import type { TreeEntry } from '../helpers/tree-description.js';

/** A second of work, under the ceiling. */
const photos: TreeEntry[] = Array.from({ length: 20 }, (_, index) => {
  return { kind: 'file', path: `photos/${index}.jpg`, size: 50_000 };
});
const slowly = '--workers 1 --bwlimit 1m photos';

/** Runs a line of shell in a process group of its own. `folder-copy` is the built command, started as a user does. */
function start(place: string, shell: string, line: string): { child: ChildProcess; said: Promise<string> } {
  const child = spawn(shell, ['-c', `PATH=${place}/bin:$PATH; ${line}`], {
    cwd: place,
    env: commandEnvironment({ node: process.execPath, command: commandPath }),
    stdio: ['pipe', 'pipe', 'ignore'],
    detached: true,
  });
  let text = '';
  child.stdout?.setEncoding('utf8').on('data', piece => (text += piece));
  return { child, said: new Promise(resolve => child.once('close', () => resolve(text))) };
}

function scene(): string {
  return makeTree([...photos, { kind: 'link', path: 'bin/folder-copy', target: commandPath }]);
}

async function untilCopying(place: string, copy: string): Promise<void> {
  const partial = join(place, `${copy}.partial`);
  while (!existsSync(partial) || readdirSync(partial).every(name => name.startsWith('.'))) await delay(10);
}

describe.each(['sh', 'bash', 'zsh'])('%s', shell => {
  test.skipIf(!isInstalled(shell))('ends its loop when Ctrl-C stops the command', async () => {
    const place = scene();
    const line = `for n in 1 2 3; do folder-copy ${slowly} copy$n; echo after $?; done`;
    const { child, said } = start(place, shell, line);
    await untilCopying(place, 'copy1');
    process.kill(-(child.pid ?? Number.NaN), 'SIGINT');
    expect(await said).toMatch(/^\d+ files, .* not reached -> .*\n$/);
    expect(child.signalCode).toBe('SIGINT');
  });
});

// What the command ignores, as whoever started it wanted, and by which shells it can be told to.
const ignoring: [title: string, shells: string[], line: string, signals: NodeJS.Signals[]][] = [
  ["a script's background job", ['sh', 'bash', 'zsh'], 'COMMAND & wait', ['SIGINT', 'SIGQUIT']],
  [
    'a command of a script that ignores them',
    ['sh', 'bash', 'zsh'],
    "trap '' INT QUIT TERM; COMMAND",
    ['SIGINT', 'SIGQUIT', 'SIGTERM'],
  ],
  ['a command under nohup', ['sh', 'bash', 'zsh'], 'nohup COMMAND', ['SIGHUP']],
  // Without the launcher the command guesses, from what these leave to be seen.
  ["a script's background job, started by node", ['sh', 'bash'], 'NODE & wait', ['SIGINT', 'SIGQUIT']],
  ['a command of a script that ignores it, started by node', ['sh', 'bash'], "trap '' INT; NODE", ['SIGINT']],
  ['a command under nohup, started by node', ['bash'], 'nohup NODE', ['SIGHUP']],
];

for (const [title, shells, line, signals] of ignoring) {
  for (const shell of shells) {
    test.skipIf(!isInstalled(shell))(`${title} goes on at ${signals.join(', ')}: ${shell}`, async () => {
      const place = scene();
      const typed = line
        .replace('COMMAND', `folder-copy ${slowly} copy`)
        .replace('NODE', `"$node" "$command" ${slowly} copy`);
      const { child, said } = start(place, shell, `${typed}; true`);
      await untilCopying(place, 'copy');
      const [, ...job] = processesOf(child.pid ?? Number.NaN);
      for (const signal of signals) for (const pid of job) process.kill(pid, signal);
      expect(await said).toMatch(/^20 files, /m);
    });
  }
}

describe.skipIf(!isInstalled('script'))('a terminal that has gone', () => {
  /** Runs the command at a terminal that is closed while it copies. @returns the status that a shell has of it */
  async function statusAfterHangUp(before: string): Promise<string> {
    const place = scene();
    // As shells do, it hands the signal on to its job.
    const line = `trap 'kill -HUP $!' HUP; (${before} exec "$command" ${slowly} copy) & wait; wait $!; echo $? > status`;
    const child = spawn('script', ['-q', '-c', line, '/dev/null'], {
      cwd: place,
      env: commandEnvironment({
        TERM: 'xterm',
        SHELL: '/bin/sh',
        command: commandPath,
      }),
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    await untilCopying(place, 'copy');
    await delay(600); // the bar is there
    child.kill('SIGKILL');
    const status = join(place, 'status');
    while (!existsSync(status) || readFileSync(status, 'utf8') === '') await delay(20);
    return readFileSync(status, 'utf8').trim();
  }

  test('ends the command by SIGHUP, never by SIGABRT', async () => {
    expect(await statusAfterHangUp('')).toBe('129');
  });

  test('does not keep a command that ignores that from its end, or from a status of 0', async () => {
    expect(await statusAfterHangUp("trap '' HUP;")).toBe('0');
  });
});
