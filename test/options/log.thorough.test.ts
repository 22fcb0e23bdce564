import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { compareTrees } from '../helpers/compare-trees.js';
import { commandCopy, wholeCopy } from '../helpers/copies.js';
import { checkAccounts, eventsOf, ofType } from '../helpers/events.js';
import { mountOrSkip } from '../helpers/file-systems.js';
import { makeTree } from '../helpers/make-tree.js';
import { commandPath, runCommand, startCommand } from '../helpers/run-command.js';
import { memory, scratchFolder } from '../helpers/scratch-folder.js';
import { shell } from '../helpers/shell.js';
import type { TreeEntry } from '../helpers/tree-description.js';
import { treeSnapshot } from '../helpers/tree-snapshot.js';
import { pipe, reader } from './pipes.js';

/** Its events take some 400 KiB: more than a pipe holds. */
const many: TreeEntry[] = Array.from({ length: 4000 }, (_, index) => {
  return { path: `${index % 40}/${index} ${'n'.repeat(30)}`, kind: 'file', content: '' };
});

function manyFiles(): { source: string; place: string } {
  const source = makeTree(many, join(scratchFolder(memory), 'source'));
  return { source, place: dirname(source) };
}

test('a log whose disk is full ends with a whole line, and the copy goes on', async context => {
  const root = mountOrSkip(context, { type: 'tmpfs', size: '64k' });
  const { source } = manyFiles();
  const log = join(root, 'log');
  const { status, stderr, copy } = await commandCopy(source, ['--log', log]);
  expect([status, stderr]).toEqual([
    1,
    expect.stringMatching(/^folder-copy: .*: the log .* is not complete: .*no space.* \(ENOSPC\)\n$/),
  ]);
  expect(compareTrees(source, copy)).toEqual([]);
  const events = eventsOf(readFileSync(log, 'utf8'));
  expect(events[0]).toMatchObject({ type: 'start' });
  expect(events.length).toBeGreaterThan(300);
  expect(events.at(-1)?.type).not.toBe('end');
});

test('a log that has to be given up with its last line makes the status 1 as well', async context => {
  const { source, place } = manyFiles();
  const whole = join(place, 'whole');
  await commandCopy(source, ['--log', whole], { copy: join(place, 'once') });
  // All but its last page fits, however often progress is told; times are a few digits longer or shorter.
  const lines = readFileSync(whole, 'utf8').replace(/^\{"type":"progress".*\n/gm, '');
  const pages = Math.floor((lines.length - 64) / 4096);
  const root = mountOrSkip(context, { type: 'tmpfs', size: `${pages * 4}k` });
  const result = await commandCopy(source, ['--log', join(root, 'log'), '--progress', 'json']);
  expect(result).toMatchObject({ status: 1, stderr: expect.stringMatching(/the log .* \(ENOSPC\)\n$/) });
  expect(eventsOf(result.stdout).at(-1)).toMatchObject({ type: 'end', status: 1 });
  eventsOf(readFileSync(join(root, 'log'), 'utf8'));
});

test('after kill -9 it has whole lines, of half a second ago at the latest', async () => {
  const { source, place } = manyFiles();
  makeTree([{ path: 'long', kind: 'file', size: 1_000_000 }], source);
  const log = join(place, 'log');
  const run = startCommand(['--bwlimit', '100k', '--log', log, source, join(place, 'copy')]);
  while (!existsSync(log) || !readFileSync(log, 'utf8').includes('"progress"')) await delay(20);
  run.child.kill('SIGKILL');
  await run.finished;
  const events = eventsOf(readFileSync(log, 'utf8'));
  expect(events[0]).toMatchObject({ type: 'start' });
  expect(events.map(({ type }) => type)).toContain('progress');
  expect(events.at(-1)?.type).not.toBe('end');
  while (run.processes().length > 0) await delay(20);
});

test('whoever reads it from a pipe gets all of it, however slowly', async () => {
  const { source, place } = manyFiles();
  const { path, child, closed } = reader(place, 'cat');
  let text = '';
  child.stdout?.setEncoding('utf8').on('data', (piece: string) => {
    text += piece;
    child.stdout?.pause();
    setTimeout(() => child.stdout?.resume(), 20);
  });
  expect(await commandCopy(source, ['--log', path])).toMatchObject({ status: 0, stderr: '' });
  await closed;
  const events = eventsOf(text);
  checkAccounts(events);
  expect(events.at(-1)).toMatchObject({ files: 4000, status: 0 });
});

for (const option of ['--log', '--checksums']) {
  test(`${option}: a reader of the pipe that goes away is one line, and the copy goes on`, async () => {
    const { source, place } = manyFiles();
    const { path } = reader(place, 'head -c 100');
    const { status, stderr, copy } = await commandCopy(source, [option, path]);
    expect([status, stderr]).toEqual([1, expect.stringMatching(/^.*: its reader has gone \(EPIPE\)\n$/)]);
    expect(compareTrees(source, copy)).toEqual([]);
  });

  test(`${option}: a run whose records nobody takes from the pipe waits, and can be stopped`, async () => {
    const { source, place } = manyFiles();
    const { path, close } = pipe(place);
    onTestFinished(close);
    const run = startCommand([option, path, source, join(place, 'copy')]);
    await delay(2000);
    const since = performance.now();
    run.child.kill('SIGTERM');
    expect((await run.finished).signal).toBe('SIGTERM');
    expect(performance.now() - since).toBeLessThan(10_000);
  });
}

test('a log ends with the status of the command also where the reader of standard output has gone', async () => {
  const { source, place } = manyFiles();
  const line = `'${process.execPath}' '${commandPath}' --progress json --log log '${source}' copy`;
  const status = shell(place, `{ ${line} || echo $? >&3; } 3> status | head -n 1 > /dev/null; cat status`);
  expect(status).toBe('141\n');
  const events = eventsOf(readFileSync(join(place, 'log'), 'utf8'));
  expect(events.at(-1)).toMatchObject({ type: 'end', status: 141, code: 'EPIPE' });
});

test('a log, a manifest or a list that is another name of a file in the source is made anew, and the file stays', async () => {
  const source = makeTree([{ path: 'file', kind: 'file', content: 'source' }]);
  const before = treeSnapshot(source);
  const place = dirname(source);
  shell(place, 'for name in log sums list; do ln source/file $name; done; ln -s log link');
  const args = ['--log', join(place, 'link'), '--checksums', join(place, 'sums')];
  await wholeCopy(source, [...args, '--failed', join(place, 'list')]);
  expect(compareTrees(before, treeSnapshot(source)).filter(line => !line.includes('link'))).toEqual([]);
  expect(readFileSync(join(source, 'file'), 'utf8')).toBe('source');
  checkAccounts(eventsOf(readFileSync(join(place, 'log'), 'utf8')));
  expect(readFileSync(join(place, 'sums'), 'utf8')).toMatch(/^[0-9a-f]{64} {2}file\n$/);
  expect(readFileSync(join(place, 'list'), 'utf8')).toBe('');
});

test('a log may lie in the destination where the copy leaves it alone', async () => {
  const source = makeTree([{ path: 'file', kind: 'file', content: 'x' }]);
  const copy = await wholeCopy(source);
  await wholeCopy(source, ['--log', join(copy, 'log')]);
  await wholeCopy(source, ['--delete', '--exclude', '/log', '--log', join(copy, 'log')]);
  mkdirSync(join(copy, 'kept'));
  const backup = ['--delete', '--exclude', '/log', '--backup-dir', join(copy, 'kept')];
  await wholeCopy(source, [...backup, '--log', join(copy, 'kept/log')]);
  expect(readdirSync(copy)).toEqual(['file', 'kept', 'log']);
  checkAccounts(eventsOf(readFileSync(join(copy, 'kept/log'), 'utf8')));
  const check = ['--check', '--exclude', '/log', '--exclude', '/kept', '--log', join(copy, 'log')];
  expect(await commandCopy(source, check)).toMatchObject({ status: 0 });
});

function smallScene(): { source: string; place: string } {
  const source = makeTree(['a', 'b', 'folder/c'].map(path => ({ path, kind: 'file', content: path })));
  return { source, place: dirname(source) };
}

test('a log is written whatever is shown, by a relative path and a name that is not UTF-8 too', async () => {
  const { place } = smallScene();
  for (const args of [['-q'], ['--progress', 'none'], ['-v']]) {
    const { status } = await runCommand([...args, '--log', 'log', 'source', 'copy'], { cwd: place });
    expect(status).toBe(0);
    const events = eventsOf(readFileSync(join(place, 'log'), 'utf8'));
    checkAccounts(events);
    expect(ofType(events, 'file').length).toBe(4);
  }
  const odd = "folder=$(printf 'logs\\377'); log=$folder/$(printf '\\376');";
  shell(place, `${odd} mkdir "$folder"; '${process.execPath}' '${commandPath}' -q --log "$log" source copy`);
  checkAccounts(eventsOf(shell(place, `${odd} cat "$log"`)));
});

test('a list of failures that cannot be written is one line, beside the line of the entry', async () => {
  const { source } = smallScene();
  await wholeCopy(source);
  const args = ['--if-exists', 'error', '--failed', '/dev/full'];
  const { status, stderr } = await commandCopy(source, args);
  expect(status).toBe(1);
  expect(stderr.match(/the list of failed entries \/dev\/full is not complete/g)?.length).toBe(1);
  expect(stderr.split('\n').length).toBe(5);
});

test('a comparison says of its log that it cannot be written', async () => {
  const { source } = smallScene();
  await wholeCopy(source);
  const { status, stdout, stderr } = await commandCopy(source, ['--check', '--log', '/dev/full']);
  expect([status, stdout]).toEqual([1, '']);
  expect(stderr).toMatch(/^folder-copy: .*the log \/dev\/full is not complete.*\(ENOSPC\)\nno differences, /);
});

test('a FIFO that nobody reads is refused, and holds nobody up', async () => {
  const { source, place } = smallScene();
  shell(place, 'mkfifo pipe');
  for (const option of ['--log', '--checksums']) {
    const { status, stderr } = await commandCopy(source, [option, join(place, 'pipe')]);
    expect(stderr).toMatch(/pipe: cannot be written: nothing reads from this FIFO; .* \(ENXIO\)\n$/);
    expect(status).toBe(2);
    expect(existsSync(join(place, 'copy'))).toBe(false);
  }
});
