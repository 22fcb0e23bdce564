import { spawn } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { checkAccounts, eventsOf } from '../../helpers/events.js';
import { makeTree } from '../../helpers/make-tree.js';
import { commandEnvironment, commandPath } from '../../helpers/run-command.js';
import { memory, scratchFolder } from '../../helpers/scratch-folder.js';

const folders = Array.from({ length: 200 }, (_, folder) => String(folder));

/** Its events are far more than a pipe and the listing's queue hold. */
function manyFiles(): string {
  const place = makeTree([], join(scratchFolder(memory), 'place'));
  for (const folder of folders) {
    const path = join(place, 'photos', folder);
    mkdirSync(path, { recursive: true });
    for (let file = 0; file < 200; file += 1) closeSync(openSync(join(path, `${file}.jpg`), 'w'));
  }
  return place;
}

/** How many files are there by now. */
function filesIn(root: string): number {
  return folders.reduce((sum, folder) => {
    const path = join(root, folder);
    return sum + (existsSync(path) ? readdirSync(path).length : 0);
  }, 0);
}

/** Starts a copy of many files that nobody listens to, and waits until it has come to a halt. */
async function unheard(place: string) {
  const child = spawn(process.execPath, [commandPath, '--progress', 'json', 'photos', 'copy'], {
    cwd: place,
    env: commandEnvironment(),
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const closed = new Promise<number | string | null>(resolve =>
    child.once('exit', (status, signal) => resolve(signal ?? status)),
  );
  const partial = join(place, 'copy.partial');
  for (let before = -1, now = 0; before !== now || now === 0; now = filesIn(partial)) {
    before = now;
    await delay(500);
  }
  return { child, closed, copied: filesIn(partial) };
}

test('a reader that is behind holds the run back, and gets everything in the end', async () => {
  const { child, closed, copied } = await unheard(manyFiles());
  expect(copied).toBeLessThan(20_000);
  let stdout = '';
  for await (const text of child.stdout.setEncoding('utf8')) stdout += text;
  expect(await closed).toBe(0);
  const events = eventsOf(stdout);
  checkAccounts(events);
  expect(events.at(-1)).toMatchObject({ files: 40_000, folders: 200 });
});

test('a run that nobody listens to can be stopped all the same', async () => {
  const { child, closed } = await unheard(manyFiles());
  const since = performance.now();
  child.kill('SIGTERM');
  expect(await closed).toBe('SIGTERM');
  expect(performance.now() - since).toBeLessThan(10_000);
});
