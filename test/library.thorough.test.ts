import { execFile } from 'node:child_process';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { copyFolder } from 'folder-copy';
import { expect, test } from 'vitest';
import { processesOf } from './helpers/processes.js';
import { runCommand } from './helpers/run-command.js';
import { memory, scratchFolder } from './helpers/scratch-folder.js';

const children = () => processesOf(process.pid).filter(pid => pid !== process.pid);

test('waits where onEvent returns a promise, and for the last of them before it resolves', async () => {
  const { source, destination } = manyFiles();
  let open = 0;
  let most = 0;
  let told = 0;
  await copyFolder(source, destination, {
    onEvent: async ({ type }) => {
      // How many of these there are is a matter of time.
      if (type !== 'progress') told += 1;
      open += 1;
      most = Math.max(most, open);
      await delay(200);
      open -= 1;
    },
  });
  expect({ told, open }).toEqual({ told: 10_003, open: 0 });
  // What the queue of the listing holds, and what was listed until it was full.
  expect(most).toBeLessThan(8000);
});

test('rejects with what the promise of onEvent rejects with, and leaves no process', async () => {
  const { source, destination } = manyFiles();
  const reason = new Error('not this one');
  const copy = copyFolder(source, destination, {
    onEvent: event => (event.type === 'file' ? Promise.reject(reason) : undefined),
  });
  await expect(copy).rejects.toBe(reason);
  expect(children()).toEqual([]);
});

test('files that are named by relative paths stay where they were meant when the working folder changes', async () => {
  const scratch = scratchFolder();
  mkdirSync(join(scratch, 'source'));
  mkdirSync(join(scratch, 'elsewhere'));
  writeFileSync(join(scratch, 'ignored'), '*.o\n');
  const program = join(scratch, 'program.mjs');
  const library = JSON.stringify(import.meta.resolve('folder-copy'));
  writeFileSync(
    program,
    `import { copyFolder } from ${library};
    const options = { ignoreFile: 'ignored', checksums: 'sums', failed: 'failed', log: 'log' };
    const copy = copyFolder('source', 'copy', options);
    process.chdir('elsewhere');
    await copy;`,
  );
  expect(await runCommand([], { program, cwd: scratch })).toMatchObject({ status: 0, stderr: '' });
  expect(readdirSync(join(scratch, 'elsewhere'))).toEqual([]);
  expect(readdirSync(scratch)).toEqual(expect.arrayContaining(['copy', 'failed', 'log', 'sums']));
});

test("leaves koffi's settings to its caller, who may use it too", async () => {
  const { source, destination } = manyFiles();
  const script = `
    const koffi = require('@koromix/koffi-linux-${process.arch}/linux_${process.arch}/koffi.node');
    const before = JSON.stringify(koffi.config());
    const { copyFolder } = require('folder-copy');
    copyFolder(...process.argv.slice(1)).then(() => console.log(JSON.stringify(koffi.config()) === before));
  `;
  const { stdout } = await promisify(execFile)(process.execPath, ['-e', script, source, destination]);
  expect(stdout).toBe('true\n');
});

function manyFiles(): { source: string; destination: string } {
  const scratch = scratchFolder(memory);
  const source = join(scratch, 'source');
  mkdirSync(source);
  for (let index = 0; index < 10_000; index += 1) writeFileSync(join(source, String(index)), '');
  return { source, destination: join(scratch, 'copy') };
}
