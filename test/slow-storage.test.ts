import { linkSync, lstatSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { type CopyEvent, type CopyOptions, checkFolder, copyFolder } from '../src/index.js';
import { compareTrees } from './helpers/compare-trees.js';
import { isRoot, toldCopy } from './helpers/copies.js';
import { makeTree } from './helpers/make-tree.js';
import type { TreeEntry } from './helpers/tree-description.js';
import { slowly, tree } from './slowly-read-tree.js';

test('a new copy is whole, and each entry is told of once', async () => {
  const source = tree();
  const { copy, report, how } = await toldCopy(source, slowly);
  expect(compareTrees(source, copy)).toEqual([]);
  expect(report).toMatchObject({ status: 0, files: 110, folders: 75, failed: 0, left: 0 });
  expect(Object.keys(how)).toHaveLength(185);
});

test('files of all sorts, several of them under way at a time', async () => {
  const entries: TreeEntry[] = [
    { path: 'x/empty', kind: 'file', content: '' },
    { path: 'x/large', kind: 'file', size: 400_000 },
    { path: 'x/holes', kind: 'file', size: 300_000, data: [[200_000, 10]] },
    { path: 'x/closed', kind: 'file', content: 'closed', mode: '0' },
    { path: 'x/program', kind: 'file', content: 'program', mode: '4755' },
    { path: 'x/before 1970', kind: 'file', content: 'old', mtime: '-1500000000' },
  ];
  for (let n = 0; n < 40; n += 1) entries.push({ path: `y/${n}`, kind: 'file', size: n * 1000 });
  const source = makeTree(entries);
  const { copy, report, events } = await toldCopy(source, slowly);
  const told = events.flatMap(event => (event.type === 'file' ? [event.path] : []));
  expect(compareTrees(source, copy)).toEqual(isRoot ? [] : ['missing: "x/closed" (file)']);
  expect(report).toMatchObject({ files: isRoot ? 46 : 45, bytes: bytesOf(events), failed: isRoot ? 0 : 1 });
  expect(new Set(told).size).toBe(told.length);
});

function bytesOf(events: readonly CopyEvent[]): number {
  return events.reduce((bytes, event) => bytes + (event.type === 'file' ? event.bytes : 0), 0);
}

test('update copies what has changed, and leaves folders alone in which nothing has', async () => {
  const source = tree();
  const { copy } = await toldCopy(source, slowly);
  const before = lstatSync(join(copy, 'a/5'), { bigint: true }).ctimeNs;
  writeFileSync(join(source, 'b/3/x'), 'changed');
  mkdirSync(join(source, 'c/new'));
  const { report, how } = await toldCopy(source, { ...slowly, ifExists: 'update' });
  expect(compareTrees(source, copy)).toEqual([]);
  expect(report).toMatchObject({ status: 0, files: 1, skipped: 109, folders: 76 });
  expect(how).toMatchObject({ 'b/3/x': 'streamed', 'a/5': 'kept', 'c/new': 'made' });
  expect(lstatSync(join(copy, 'a/5'), { bigint: true }).ctimeNs).toBe(before);
});

test('what stands in the way of files is replaced, several at a time; what only shares it stays as it was', async () => {
  const source = makeTree(
    Array.from({ length: 40 }, (_, n): TreeEntry => ({ path: `y/${n}`, kind: 'file', size: n * 1000 })),
  );
  const { copy } = await toldCopy(source, slowly);
  const outside = join(dirname(source), 'outside');
  writeFileSync(outside, 'outside');
  for (let n = 0; n < 30; n += 1) rmSync(join(copy, `y/${n}`));
  linkSync(outside, join(copy, 'y/0'));
  symlinkSync(outside, join(copy, 'y/1'));
  mkdirSync(join(copy, 'y/2/filled'), { recursive: true });
  mkdirSync(join(copy, 'y/3'));
  writeFileSync(join(copy, 'y/4'), 'another file');
  const { report, how } = await toldCopy(source, { ...slowly, ifExists: 'update' });
  expect(report).toMatchObject({ status: 1, files: 29, skipped: 10, failed: 1 });
  expect(how).toMatchObject({ 'y/0': 'streamed', 'y/1': 'streamed', 'y/2': 'ENOTEMPTY', 'y/39': 'skipped' });
  expect(compareTrees(source, copy)).toEqual([expect.stringContaining('"y/2"'), expect.anything()]);
  expect(readFileSync(outside, 'utf8')).toBe('outside');
});

test('a comparison finds what differs, is missing or is extra', async () => {
  const source = tree();
  const { copy } = await toldCopy(source, slowly);
  expect(await checkFolder(source, copy, slowly)).toMatchObject({ status: 0, differences: 0, files: 110 });
  writeFileSync(join(copy, 'a/1/x'), 'longer than it was');
  writeFileSync(join(copy, 'a/2/extra'), '');
  rmSync(join(copy, 'b/4'), { recursive: true });
  const found: string[] = [];
  const onEvent: CopyOptions['onEvent'] = event => {
    if (event.type === 'difference') found.push(`${event.kind} ${event.path}`);
  };
  await checkFolder(source, copy, { ...slowly, onEvent });
  expect(found).toEqual(expect.arrayContaining(['size a/1/x', 'extra a/2/extra', 'missing b/4']));
  expect(found.some(line => line.includes('b/4/'))).toBe(false);
});

test('folders are read beside a large file that a ceiling holds up', async () => {
  const entries: TreeEntry[] = [{ path: 'film', kind: 'file', size: 8_000_000 }];
  for (let n = 0; n < 9; n += 1) entries.push({ path: `${n}/x/y/z/file`, kind: 'file', content: 'file' });
  const source = makeTree(entries);
  const enough = new AbortController();
  const copied: string[] = [];
  const onEvent = (event: CopyEvent) => {
    if (event.type === 'file') copied.push(event.path);
    if (event.type === 'listed') enough.abort();
  };
  const options = { ...slowly, workers: 1, bwlimit: 100_000, signal: enough.signal, onEvent };
  await expect(copyFolder(source, join(dirname(source), 'copy'), options)).rejects.toThrow();
  expect(enough.signal.aborted).toBe(true);
  expect(copied).not.toContain('film');
});
