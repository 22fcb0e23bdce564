import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { type CopyEvent, copyFolder } from '../src/index.js';
import { compareTrees } from './helpers/compare-trees.js';
import { toldCopy } from './helpers/copies.js';
import { slowly, tree } from './slowly-read-tree.js';

const deleting = { ...slowly, ifExists: 'update', delete: true } as const;

/** A copy with extras of all sorts, side by side with what stays. */
async function copyWithExtras() {
  const source = tree();
  const { copy } = await toldCopy(source, slowly);
  for (let n = 0; n < 300; n += 1) writeFileSync(join(copy, `a/${n % 12}/extra ${n}`), 'extra');
  for (let n = 0; n < 40; n += 1) {
    mkdirSync(join(copy, `extra/${n % 4}/${n}/empty`), { recursive: true });
    writeFileSync(join(copy, `extra/${n % 4}/${n}/file`), 'extra');
  }
  return { source, copy };
}

/** The files, the folders, and the one in which all of these lie. */
const EXTRAS = 300 + 40 + 40 * 2 + 4 + 1;

test('workers remove what the source does not have, and nothing else', async () => {
  const { source, copy } = await copyWithExtras();
  const { report, events } = await toldCopy(source, deleting);
  const deleted = events.flatMap(event => (event.type === 'deleted' ? [event.path] : []));
  expect(report).toMatchObject({ status: 0, deleted: EXTRAS, failed: 0 });
  expect(new Set(deleted).size).toBe(EXTRAS);
  expect(deleted.indexOf('extra/1/5/file')).toBeLessThan(deleted.indexOf('extra/1/5'));
  expect(deleted.at(-1)).toBe('extra');
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

/** The processes that this one has forked and that live. */
function forked(): number[] {
  const children = readFileSync(`/proc/${process.pid}/task/${process.pid}/children`, 'utf8');
  return children.split(' ').filter(Boolean).map(Number);
}

test('a worker that is killed while it deletes: the others go on, and each entry is told of once', async () => {
  const { source, copy } = await copyWithExtras();
  const others = new Set(forked());
  const deleted: string[] = [];
  const onEvent = (event: CopyEvent) => {
    if (event.type !== 'deleted') return;
    const [worker] = forked().filter(pid => !others.has(pid));
    if (deleted.length === 0 && worker !== undefined) process.kill(worker, 'SIGKILL');
    deleted.push(event.path);
  };
  const report = await copyFolder(source, copy, { ...deleting, workers: 3, onEvent });
  expect(report).toMatchObject({ status: 0, deleted: EXTRAS, failed: 0 });
  expect(new Set(deleted).size).toBe(EXTRAS);
  expect(compareTrees(source, copy)).toEqual([]);
});

test('a run whose workers hang while they delete can be stopped, and is resumed by the next', async () => {
  const { source, copy } = await copyWithExtras();
  const others = new Set(forked());
  const stop = new AbortController();
  let isFirst = true;
  const onEvent = (event: CopyEvent) => {
    if (event.type !== 'deleted' || !isFirst) return;
    isFirst = false;
    for (const pid of forked()) if (!others.has(pid)) process.kill(pid, 'SIGSTOP');
    setTimeout(() => stop.abort(new Error('stopped by hand')), 200);
  };
  const options = { ...deleting, workers: 3, signal: stop.signal, onEvent };
  await expect(copyFolder(source, copy, options)).rejects.toThrow('stopped by hand');
  expect(forked().filter(pid => !others.has(pid))).toEqual([]);
  expect(await copyFolder(source, copy, deleting)).toMatchObject({ status: 0, failed: 0 });
  expect(compareTrees(source, copy)).toEqual([]);
});
