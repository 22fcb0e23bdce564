import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { holdingLog } from '../helpers/holding-log.js';
import { needs } from '../helpers/needs.js';
import { commandEnvironment, commandPath } from '../helpers/run-command.js';
import { expectIgnored, expectLoopEnds, held, scene } from './under-a-shell.js';

describe.each(['bash', 'zsh'] as const)('%s', shell => {
  test('ends its loop when Ctrl-C stops the command', needs(shell), () => expectLoopEnds(shell));

  test("a script's background job goes on at SIGINT and SIGQUIT", needs(shell), () =>
    expectIgnored(shell, 'COMMAND & wait', ['SIGINT', 'SIGQUIT']),
  );

  test('signals that a script ignores are ignored', needs(shell), () =>
    expectIgnored(shell, "trap '' INT QUIT TERM; COMMAND", ['SIGINT', 'SIGQUIT', 'SIGTERM']),
  );

  test('under nohup it goes on at SIGHUP', needs(shell), () =>
    expectIgnored(shell, 'nohup COMMAND', ['SIGHUP']),
  );
});

// Without the launcher the command guesses, from what these leave to be seen.
describe('started by node', () => {
  test("a script's background job goes on at SIGINT and SIGQUIT", needs('bash'), async () => {
    for (const shell of ['sh', 'bash']) await expectIgnored(shell, 'NODE & wait', ['SIGINT', 'SIGQUIT']);
  });

  test('a signal that a script ignores is ignored', needs('bash'), async () => {
    for (const shell of ['sh', 'bash']) await expectIgnored(shell, "trap '' INT; NODE", ['SIGINT']);
  });

  test('under nohup it goes on at SIGHUP', needs('bash'), () =>
    expectIgnored('bash', 'nohup NODE', ['SIGHUP']),
  );
});

describe('a terminal that has gone', needs('script'), () => {
  /** Runs the command at a terminal that is closed while it copies. @returns the status that a shell has of it */
  async function statusAfterHangUp(before: string): Promise<string> {
    const place = scene();
    const { letGo } = holdingLog(place);
    // As shells do, it hands the signal on to its job.
    const line = `trap 'kill -HUP $!' HUP; (${before} exec "$command" ${held} copy) & wait; wait $!; echo $? > status`;
    const child = spawn('script', ['-q', '-c', line, '/dev/null'], {
      cwd: place,
      env: commandEnvironment({ TERM: 'xterm', SHELL: '/bin/sh', command: commandPath }),
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    await once(child.stdout.setEncoding('utf8'), 'data'); // the bar is there
    child.kill('SIGKILL');
    if (before !== '') letGo();
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
