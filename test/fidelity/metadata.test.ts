import { lstatSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { compareTrees } from '../helpers/compare-trees.js';
import { commandCopy, isRoot, wholeCopy } from '../helpers/copies.js';
import { makeTree } from '../helpers/make-tree.js';
import { needs } from '../helpers/needs.js';
import { runCommand } from '../helpers/run-command.js';
import { shell } from '../helpers/shell.js';
import { describedTree, type TreeEntry } from '../helpers/tree-description.js';
import { treeSnapshot } from '../helpers/tree-snapshot.js';
import { leavesNoMark } from './handed-down.js';

const nobody = { uid: 65534, gid: 65534 };
const someone = { uid: 12, gid: 34 };

describe('modes', () => {
  test('of folders that may not be written in are kept, and their times, with what is in them', async () => {
    const source = makeTree([
      { path: 'a/b/file', kind: 'file', content: 'x' },
      { path: 'a/b', kind: 'folder', mode: '555', mtime: '1111111111111111111' },
      { path: 'a', kind: 'folder', mode: '500', mtime: '1222222222222222222' },
      { path: '.', kind: 'folder', mode: '755', mtime: '1333333333333333333' },
    ]);
    const as = isRoot ? nobody : {};
    if (isRoot) shell(dirname(source), 'chown -R 65534:65534 .; chmod 755 .');
    const copy = await wholeCopy(source, [], as);
    expect(compareTrees(source, copy)).toEqual([]);
    // Once more, over what now stands there and may not be written in.
    shell(join(copy, 'a'), 'chmod u+w . b; touch b/extra; chmod 500 .; chmod 555 b');
    await wholeCopy(source, ['--delete'], as);
    expect(compareTrees(source, copy)).toEqual([]);
  });

  test('of a root that may not be written in is kept, and its time, also where entries go from it', async () => {
    const source = makeTree([
      { path: 'file', kind: 'file', content: 'x' },
      { path: '.', kind: 'folder', mode: '555', mtime: '1333333333333333333' },
    ]);
    const as = isRoot ? nobody : {};
    if (isRoot) shell(dirname(source), 'chown -R 65534:65534 .; chmod 755 .');
    const copy = await wholeCopy(source, [], as);
    expect(compareTrees(source, copy)).toEqual([]);
    shell(copy, 'chmod 755 .; touch extra; chown --reference=. extra');
    await wholeCopy(source, ['--delete'], as);
    expect(compareTrees(source, copy)).toEqual([]);
  });

  test('with set-id bits keep them only where the owner and group came along', needs('root'), async () => {
    const source = makeTree([
      { path: 'own', kind: 'file', content: '', mode: '6755', owner: nobody },
      { path: 'of root', kind: 'file', content: '', mode: '6755' },
      { path: 'own user', kind: 'file', content: '', mode: '6755', owner: { uid: 65534, gid: 0 } },
      { path: 'folder', kind: 'folder', mode: '3755' },
      { path: '.', kind: 'folder', mode: '755', owner: nobody },
    ]);
    shell(dirname(source), 'chmod 777 .');
    const { copy, status, stdout } = await commandCopy(source, [], nobody);
    expect(status).toBe(0);
    const mode = (name: string) => (lstatSync(join(copy, name)).mode & 0o7777).toString(8);
    expect(['own', 'of root', 'own user', 'folder'].map(mode)).toEqual(['6755', '755', '4755', '1755']);
    expect(stdout).toContain('not kept: 3 owners');
  });

  test('of an existing destination and of folders in it become those of the source', async () => {
    const source = makeTree([
      { path: 'folder/file', kind: 'file', content: 'x' },
      { path: 'folder', kind: 'folder', mode: '750', mtime: '1234567890123456789' },
      { path: '.', kind: 'folder', mode: '711', mtime: '1234567890000000001' },
    ]);
    const copy = makeTree(
      [
        { path: 'folder', kind: 'folder', mode: '000' },
        { path: '.', kind: 'folder', mode: '2777' },
      ],
      join(dirname(source), 'copy'),
    );
    await wholeCopy(source);
    expect(compareTrees(source, copy)).toEqual([]);
  });
});

describe('owner and group', needs('root'), () => {
  const owned: TreeEntry[] = [
    { path: 'file', kind: 'file', content: 'x', mode: '640', owner: someone },
    { path: 'folder/inside', kind: 'file', content: 'y', owner: nobody },
    { path: 'folder', kind: 'folder', mode: '2770', owner: someone },
    { path: 'link', kind: 'link', target: 'file', owner: someone },
    { path: 'fifo', kind: 'fifo', owner: someone },
    { path: 'high', kind: 'file', content: 'z', owner: { uid: 4_000_000_000, gid: 4_294_967_294 } },
    { path: '.', kind: 'folder', owner: nobody },
  ];

  test('are kept by root, for every kind', async () => {
    const source = makeTree(owned);
    const copy = await wholeCopy(source);
    expect(compareTrees(source, copy)).toEqual([]);
  });

  test('are kept by root where others stand in the destination', async () => {
    const source = makeTree(owned);
    const copy = makeTree(
      owned.map(entry => ({ ...entry, owner: { uid: 5, gid: 6 } })),
      join(dirname(source), 'copy'),
    );
    await wholeCopy(source);
    expect(compareTrees(source, copy)).toEqual([]);
  });

  test('that cannot be kept make their entries fail with --strict, folders too, and the rest is copied', async () => {
    const source = makeTree([
      { path: 'file', kind: 'file', content: 'x' },
      { path: 'folder/inside', kind: 'file', content: 'x', owner: nobody },
      { path: 'folder', kind: 'folder' },
      { path: 'link', kind: 'link', target: 'x' },
      { path: '.', kind: 'folder', owner: nobody },
    ]);
    shell(dirname(source), 'chmod 777 .');
    const { copy, status, stderr } = await commandCopy(source, ['--strict'], nobody);
    expect(status).toBe(1);
    expect(stderr.split('\n').sort()).toEqual([
      '',
      ...['file', 'folder', 'link'].map(
        name => `folder-copy: ${source}/${name}: its owner or group cannot be kept (EPERM)`,
      ),
    ]);
    expect([...treeSnapshot(copy).keys()]).toEqual(['', 'folder', 'folder/inside']);
  });
});

describe("what the destination's folders hand down", () => {
  leavesNoMark('set-group-id', 'chgrp 34 "$1"; chmod 2777 "$1"', needs('root'));
});

describe('a private file', () => {
  for (const isBegun of [false, true]) {
    const where = isBegun ? 'a .partial that stood open' : 'a new destination';
    test(`stays closed while ${where} grows, whatever stands in it`, async () => {
      const source = makeTree([
        { path: 'file', kind: 'file', content: 'x', mode: '644' },
        { path: '.', kind: 'folder', mode: '777' },
      ]);
      const copy = join(dirname(source), 'copy');
      if (isBegun) makeTree([{ path: '.', kind: 'folder', mode: '1777' }], `${copy}.partial`);
      const seen: number[] = [];
      const look = (): void => {
        for (const path of [copy, `${copy}.partial`]) {
          const stats = statSync(path, { throwIfNoEntry: false });
          if (stats !== undefined) seen.push(stats.mode & 0o777);
        }
      };
      const { copyFolder } = await import('../../src/index.js');
      await copyFolder(source, copy, {
        onEvent: ({ type }) => (type === 'start' || type === 'file') && look(),
      });
      expect(seen).toEqual([0o700, 0o700]);
      expect(statSync(copy).mode & 0o777).toBe(0o777);
    });
  }
});

test('all that modes-and-times.json describes is kept', async () => {
  const source = makeTree(describedTree('modes-and-times'));
  expect(compareTrees(source, await wholeCopy(source))).toEqual([]);
});

test(
  'a source that belongs to another user is read without a trace of the reader',
  needs('root'),
  async () => {
    const source = makeTree([{ path: 'file', kind: 'file', content: 'x', owner: someone }]);
    shell(dirname(source), 'chmod 777 .');
    const before = treeSnapshot(source);
    // O_NOATIME is the owner's right: the reader does without.
    const result = await runCommand(['-q', source, join(dirname(source), 'copy')], nobody);
    expect(result).toMatchObject({ status: 0, stderr: '' });
    expect(compareTrees(before, source)).toEqual([]);
  },
);
