import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { copyWithExtras, deleting, EXTRAS } from './copy-with-extras.js';
import { compareTrees } from './helpers/compare-trees.js';
import { toldCopy } from './helpers/copies.js';

test('workers remove what the source does not have, and nothing else', async () => {
  const { source, copy } = await copyWithExtras();
  const { report, events } = await toldCopy(source, deleting);
  const deleted = events.flatMap(event => (event.type === 'deleted' ? [event.path] : []));
  expect(report).toMatchObject({ status: 0, deleted: EXTRAS, failed: 0 });
  expect(new Set(deleted).size).toBe(EXTRAS);
  expect(deleted.indexOf('extra/1/5/file')).toBeLessThan(deleted.indexOf('extra/1/5'));
  expect(deleted.indexOf('extra/1/5')).toBeLessThan(deleted.indexOf('extra'));
  expect(compareTrees(source, copy)).toEqual([]);
});

test('what goes is kept where that is asked, and a dry run tells of the same and removes nothing', async () => {
  const { source, copy } = await copyWithExtras();
  const backupDir = join(dirname(source), 'backup');
  const dry = await toldCopy(source, { ...deleting, dryRun: true });
  expect(dry.report).toMatchObject({ status: 0, deleted: EXTRAS });
  expect(readdirSync(join(copy, 'extra'))).toHaveLength(4);
  const { report } = await toldCopy(source, { ...deleting, backupDir });
  expect(report).toMatchObject({ status: 0, deleted: EXTRAS });
  expect(readFileSync(join(backupDir, 'extra/3/7/file'), 'utf8')).toBe('extra');
  expect(readdirSync(join(backupDir, 'extra/3/7')).sort()).toEqual(['empty', 'file']);
  expect(readdirSync(join(backupDir, 'a/5'))).toHaveLength(25);
  expect(compareTrees(source, copy)).toEqual([]);
});

test('what is excluded stays, with the folders that it lies in', async () => {
  const { source, copy } = await copyWithExtras();
  const { report } = await toldCopy(source, { ...deleting, exclude: ['/extra/2/6/file', 'extra 7'] });
  expect(report).toMatchObject({ status: 0, deleted: EXTRAS - 5 });
  expect(readdirSync(join(copy, 'extra'), { recursive: true }).sort()).toEqual(['2', '2/6', '2/6/file']);
  expect(readdirSync(join(copy, 'a/7'))).toContain('extra 7');
});

test('more than may go stays, and nothing goes where an entry has failed', async () => {
  const { source, copy } = await copyWithExtras();
  const limited = await toldCopy(source, { ...deleting, maxDelete: EXTRAS - 1 });
  expect(limited.report).toMatchObject({ status: 1, deleted: 0 });
  rmSync(join(copy, 'b/1/x'));
  mkdirSync(join(copy, 'b/1/x'));
  const failed = await toldCopy(source, { ...deleting, ifExists: 'error' });
  expect(failed.report).toMatchObject({ status: 1, deleted: 0 });
  expect(readdirSync(join(copy, 'extra'))).toHaveLength(4);
});
