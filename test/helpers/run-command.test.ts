import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { needs } from './needs.js';
import { waitForNoProcesses } from './processes.js';
import { runCommand, startCommand } from './run-command.js';
import { scratchFolder } from './scratch-folder.js';

function program(source: string): string {
  const path = join(scratchFolder(), 'program.mjs');
  writeFileSync(path, source);
  return path;
}

test('gives status and both streams, and passes arguments and input', async () => {
  const echo = program(`
    process.stdin.pipe(process.stdout);
    console.error(process.argv.slice(2));
    process.exitCode = 3;`);
  const result = await runCommand(['a b', '--c'], { program: echo, input: 'said' });
  expect(result).toEqual({ status: 3, signal: null, stdout: 'said', stderr: "[ 'a b', '--c' ]\n" });
});

test('says which signal ended it', async () => {
  const dying = program(`process.kill(process.pid, 'SIGTERM'); setInterval(() => {}, 1000);`);
  expect(await runCommand([], { program: dying })).toMatchObject({ status: null, signal: 'SIGTERM' });
});

test('finds orphans of a killed run', async () => {
  const forking = program(`
    import { spawn } from 'node:child_process';
    spawn('sleep', ['100'], { stdio: 'ignore' }); console.log('ready'); setInterval(() => {}, 1000);`);
  const running = startCommand([], { program: forking });
  await running.sees(/ready/);
  process.kill(running.pid, 'SIGKILL');
  await running.finished;
  expect(running.processes()).toHaveLength(1);
  await expect(waitForNoProcesses(running.processes, 50)).rejects.toThrow('sleep 100');
  for (const pid of running.processes()) process.kill(pid);
  await waitForNoProcesses(running.processes);
});

test('runs as another user', needs('root'), async () => {
  const result = await runCommand(['process.getuid()'], { program: '-p', uid: 65534, gid: 65534, cwd: '/' });
  expect(result).toMatchObject({ status: 0, stdout: '65534\n' });
});
