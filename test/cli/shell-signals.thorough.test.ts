import { expect, test } from 'vitest';
import { runCommand } from '../helpers/run-command.js';
import { expectIgnored, expectLoopEnds } from './under-a-shell.js';

test("a shell's loop ends when Ctrl-C stops the command", () => expectLoopEnds('sh'));

test("a script's background job goes on at SIGINT and SIGQUIT", () =>
  expectIgnored('sh', 'COMMAND & wait', ['SIGINT', 'SIGQUIT']));

test('signals that a script ignores are ignored', () =>
  expectIgnored('sh', "trap '' HUP INT QUIT TERM; COMMAND", ['SIGHUP', 'SIGINT', 'SIGQUIT', 'SIGTERM']));

test('under nohup it goes on at SIGHUP', () => expectIgnored('sh', 'nohup COMMAND', ['SIGHUP']));

test('what another process has handed on of its signals is not believed', async () => {
  // All of them ignored, as another process had it.
  const env = { FOLDER_COPY_STAT: `1 (sh) S${' 2147483647'.repeat(50)}` };
  expect(await runCommand(['-V'], { env })).toMatchObject({ status: 0, stderr: '' });
});
