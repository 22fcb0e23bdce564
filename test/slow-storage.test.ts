import { lstatSync, mkdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import type { RunOptions } from '../src/copier/request/options.js';
import { type CopyOptions, checkFolder } from '../src/index.js';
import { compareTrees } from './helpers/compare-trees.js';
import { toldCopy } from './helpers/copies.js';
import { makeTree } from './helpers/make-tree.js';
import type { TreeEntry } from './helpers/tree-description.js';

/** Workers read folders ahead, as where storage makes one wait, though this one does not. */
const slowly: RunOptions = { isStorageSlow: true };

/** Three levels, of each kind something, two names of a file far from each other. */
function tree(): string {
  const entries: TreeEntry[] = [{ path: 'top', kind: 'file', content: 'top' }];
  for (const outer of ['a', 'b', 'c']) {
    for (let inner = 0; inner < 12; inner += 1) {
      const folder = `${outer}/${inner}`;
      entries.push({ path: `${folder}/x`, kind: 'file', content: `${folder} x` });
      entries.push({ path: `${folder}/y`, kind: 'file', size: inner * 1000 });
      entries.push({ path: `${folder}/link`, kind: 'link', target: 'x' });
      entries.push({ path: `${folder}/empty`, kind: 'folder' });
    }
  }
  entries.push({ path: 'c/again', kind: 'hardlink', to: 'a/0/x' });
  return makeTree(entries);
}

test('a new copy is whole, and each entry is told of once', async () => {
  const source = tree();
  const { copy, report, how } = await toldCopy(source, slowly);
  expect(compareTrees(source, copy)).toEqual([]);
  expect(report).toMatchObject({ status: 0, files: 110, folders: 75, failed: 0, left: 0 });
  expect(Object.keys(how)).toHaveLength(185);
});

test('a folder with thousands of files', async () => {
  const entries = Array.from({ length: 5000 }, (_, n): TreeEntry => {
    return { path: `many/${n}`, kind: 'file', content: String(n) };
  });
  const { copy, report } = await toldCopy(makeTree(entries), slowly);
  expect(report).toMatchObject({ status: 0, files: 5000, folders: 1 });
  expect(compareTrees(join(dirname(copy), 'source'), copy)).toEqual([]);
});

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

test('update gives a folder its times again in which nothing else has changed', async () => {
  const source = tree();
  const { copy } = await toldCopy(source, slowly);
  utimesSync(join(copy, 'a/5'), 1, 1);
  await toldCopy(source, { ...slowly, ifExists: 'update' });
  expect(compareTrees(source, copy)).toEqual([]);
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

test('filters are obeyed: nothing is made for the sake of what is not copied', async () => {
  const source = tree();
  const { copy, report } = await toldCopy(source, { ...slowly, include: ['b/3/x'] });
  expect(report).toMatchObject({ status: 0, files: 1, folders: 2 });
  expect(() => lstatSync(join(copy, 'a'))).toThrow(/ENOENT/);
  const without = await toldCopy(
    source,
    { ...slowly, exclude: ['/a/', 'y'] },
    join(dirname(source), 'other'),
  );
  expect(without.report).toMatchObject({ status: 0, failed: 0 });
  expect(Object.keys(without.how).filter(path => path.startsWith('a/') || path.endsWith('/y'))).toEqual([]);
});

test('a name in the place of a folder fails by itself, and all else is copied', async () => {
  const source = tree();
  const copy = join(dirname(source), 'copy');
  mkdirSync(copy);
  writeFileSync(join(copy, 'b'), 'in the way');
  const { report, how } = await toldCopy(source, { ...slowly, ifExists: 'error' });
  expect(how.b).toBe('EEXIST');
  expect(report).toMatchObject({ status: 1, failed: 1, left: 0 });
  expect([how['c/again'], how['a/0/x']].sort()).toEqual(['linked', 'streamed']);
});
