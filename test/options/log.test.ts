import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { copyFolder, PartialCopyError } from '../../src/index.js';
import { commandCopy, wholeCopy } from '../helpers/copies.js';
import { checkAccounts, eventsOf } from '../helpers/events.js';
import { makeTree } from '../helpers/make-tree.js';
import { startCommand } from '../helpers/run-command.js';
import type { TreeEntry } from '../helpers/tree-description.js';

const tree: TreeEntry[] = [
  { path: 'folder/a', kind: 'file', content: 'a' },
  { path: { latin1: 'caf\xe9' }, kind: 'file', content: 'bytes' },
  { path: 'b', kind: 'file', content: '' },
];

function scene(): { source: string; log: string; place: string } {
  const source = makeTree(tree);
  const place = dirname(source);
  return { source, place, log: join(place, 'log') };
}

const read = (log: string): string => readFileSync(log, 'utf8');

describe('--log', () => {
  test('has the very lines of --progress json, made anew each time, also in a dry run and a comparison', async () => {
    const { source, log } = scene();
    writeFileSync(log, 'what an earlier run wrote\n'.repeat(500));
    for (const args of [['-n'], [], ['--check']]) {
      const { status, stdout } = await commandCopy(source, [...args, '--log', log, '--progress', 'json']);
      expect(status).toBe(0);
      expect(read(log)).toBe(stdout);
      if (args[0] !== '--check') checkAccounts(eventsOf(stdout));
    }
  });

  test('a run that is refused leaves what stands there, and makes none', async () => {
    const { source, place, log } = scene();
    mkdirSync(join(place, 'copy.partial/of another'), { recursive: true });
    expect(await commandCopy(source, ['--log', log])).toMatchObject({ status: 2 });
    expect(existsSync(log)).toBe(false);
    writeFileSync(log, 'earlier');
    expect(await commandCopy(source, ['--log', log])).toMatchObject({ status: 2 });
    expect(read(log)).toBe('earlier');
  });

  test('ends with `end` after a signal', async () => {
    const { source, log, place } = scene();
    const args = ['--bwlimit', '1', '--log', log, source, join(place, 'copy')];
    const run = startCommand(args);
    while (!existsSync(log) || read(log) === '') await new Promise(resolve => setTimeout(resolve, 5));
    run.child.kill('SIGTERM');
    expect((await run.finished).signal).toBe('SIGTERM');
    const events = eventsOf(read(log));
    checkAccounts(events);
    expect(events.at(-1)).toMatchObject({ type: 'end', status: 143, code: 'SIGTERM' });
  });
});

describe('where it cannot be written', () => {
  const files: [option: string, name: string][] = [
    ['--log', 'the log'],
    ['--checksums', 'the manifest'],
  ];
  for (const [option, name] of files) {
    test(`${option}: one line, the copy goes on, nothing is deleted, and the status is 1`, async () => {
      const { source } = scene();
      const copy = await wholeCopy(source);
      writeFileSync(join(copy, 'extra'), '');
      const args = [option, '/dev/full', '--delete', '--fail-fast', '--progress', 'json'];
      const { status, stdout, stderr } = await commandCopy(source, args);
      expect([status, stderr]).toEqual([
        1,
        `folder-copy: ${source}: ${name} /dev/full is not complete: it cannot be written: no space left on its disk (ENOSPC)\n`,
      ]);
      const events = eventsOf(stdout);
      checkAccounts(events);
      expect(events.at(-1)).toMatchObject({ status: 1, files: 3, folders: 1, failed: 0, deleted: 0 });
      expect(readdirSync(copy)).toContain('extra');
    });
  }

  test('the library rejects when the copy is made', async () => {
    const { source, place } = scene();
    const error = await copyFolder(source, join(place, 'copy'), { log: '/dev/full' }).catch(
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(PartialCopyError);
    expect(error).toMatchObject({
      message: '1 other step failed',
      report: { status: 1, files: 3 },
      failures: [{ path: '', code: 'ENOSPC' }],
    });
  });
});

test('the library writes one as well, by a file URL, beside the events', async () => {
  const { source, place, log } = scene();
  const events: unknown[] = [];
  const url = new URL(`file://${log}`);
  await copyFolder(source, join(place, 'copy'), { log: url, onEvent: event => events.push(event) });
  expect(eventsOf(read(log))).toEqual(events);
  await copyFolder(source, join(place, 'copy'), { log });
  checkAccounts(eventsOf(read(log)));
});
