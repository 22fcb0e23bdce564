import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { waitForNoProcesses } from './processes.js';
import { startCommand } from './run-command.js';
import { runInTerminal } from './run-in-terminal.js';
import { scratchFolder } from './scratch-folder.js';

function program(source: string): string {
  const path = join(scratchFolder(), 'program.mjs');
  writeFileSync(path, source);
  return path;
}

test('ends what does not end by itself, children included', async () => {
  const forking = program(`
    import { spawn } from 'node:child_process';
    spawn('sleep', ['100']); spawn('sleep', ['100']); console.log('ready'); setInterval(() => {}, 1000);`);
  const running = startCommand([], { program: forking, timeoutMs: 5000 });
  await running.sees(/ready/);
  expect(running.descendants()).toHaveLength(2);
  expect(running.processes()).toHaveLength(3);
  await expect(running.finished).rejects.toThrow('no end after 5000 ms');
  await waitForNoProcesses(running.processes);
});

test('shows a terminal of the size asked for and types into it', async () => {
  const asking = program(`
    import { createInterface } from 'node:readline/promises';
    const { columns, rows, isTTY } = process.stdout;
    console.log([columns, rows, isTTY, process.stdin.isTTY, process.stderr.isTTY].join(" "));
    const at = createInterface({ input: process.stdin, output: process.stdout });
    const answer = await at.question("name? ");
    console.log('got', answer); at.close(); process.exitCode = 7;`);
  const result = await runInTerminal(["it's"], {
    program: asking,
    columns: 43,
    rows: 11,
    keys: [{ after: /name\? /, type: 'photos\r' }],
  });
  expect(result.output).toContain('43 11 true true true\r\n');
  expect(result.output).toContain('got photos\r\n');
  expect(result.status).toBe(7);
});
