import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'vitest';
import { HELD_FILES, heldFiles, holdingLog } from '../helpers/holding-log.js';
import { makeTree } from '../helpers/make-tree.js';
import { processesOf } from '../helpers/processes.js';
import { commandEnvironment, commandPath } from '../helpers/run-command.js';

/** A second of work, under the ceiling. */
const photos = heldFiles('photos', 1000);
/** Waits before its end until its log is read. */
export const held = '--workers 1 --bwlimit 1m --log log photos';
/** Ends only by a signal. */
const endless = '--workers 1 --bwlimit 10k photos';

/** A folder with `photos`, and with the built command in `bin`, as a user has it. */
export function scene(): string {
  return makeTree([...photos, { kind: 'link', path: 'bin/folder-copy', target: commandPath }]);
}

/** Runs a line of shell in a process group of its own. */
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

export async function untilCopying(place: string, copy: string): Promise<void> {
  const partial = join(place, `${copy}.partial`);
  while (!existsSync(partial) || readdirSync(partial).every(name => name.startsWith('.'))) await delay(10);
}

/** A loop that Ctrl-C is pressed in, which goes to shell and command alike. */
export async function expectLoopEnds(shell: string): Promise<void> {
  const place = scene();
  const line = `for n in 1 2 3; do folder-copy ${endless} copy$n; echo after $?; done`;
  const { child, said } = start(place, shell, line);
  await untilCopying(place, 'copy1');
  process.kill(-(child.pid ?? Number.NaN), 'SIGINT');
  expect(await said).toMatch(/^\d+ files?, .* not reached -> .*\n$/);
  expect(child.signalCode).toBe('SIGINT');
}

/** @param line of shell, with COMMAND for the command as it is installed, NODE for its file given to Node */
export async function expectIgnored(shell: string, line: string, signals: NodeJS.Signals[]): Promise<void> {
  const place = scene();
  const { letGo } = holdingLog(place);
  const typed = line
    .replace('COMMAND', `folder-copy ${held} copy`)
    .replace('NODE', `"$node" "$command" ${held} copy`);
  const { child, said } = start(place, shell, `${typed}; true`);
  await untilCopying(place, 'copy');
  const [, ...job] = processesOf(child.pid ?? Number.NaN);
  for (const signal of signals) for (const pid of job) process.kill(pid, signal);
  letGo();
  expect(await said).toMatch(new RegExp(`^${HELD_FILES} files, .*/copy$`, 'm'));
}
