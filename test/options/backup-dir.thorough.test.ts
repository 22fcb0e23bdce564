import { existsSync, lstatSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { compareTrees } from '../helpers/compare-trees.js';
import { commandCopy, wholeCopy } from '../helpers/copies.js';
import { mountOrSkip } from '../helpers/file-systems.js';
import { makeTree } from '../helpers/make-tree.js';
import { needs } from '../helpers/needs.js';
import { memory, scratchFolder } from '../helpers/scratch-folder.js';
import { shell } from '../helpers/shell.js';
import type { TreeEntry } from '../helpers/tree-description.js';
import { treeSnapshot } from '../helpers/tree-snapshot.js';
import { args, differences, scene } from './backup-scene.js';

test('a name that is too long with a number is cut, between characters', async () => {
  const names = ['n'.repeat(255), '本'.repeat(85)];
  const source = makeTree(names.map(path => ({ path, kind: 'file', content: 'new' })));
  const copy = makeTree(
    names.map(path => ({ path, kind: 'file', content: 'old' })),
    join(dirname(source), 'copy'),
  );
  const backup = join(dirname(source), 'backup');
  for (const _ of [1, 2, 3]) await wholeCopy(source, ['--backup-dir', backup]);
  const cut = ['n'.repeat(251), '本'.repeat(83)];
  const kept = cut.flatMap(name => [`${name}.~1~`, `${name}.~2~`]);
  expect(readdirSync(backup).toSorted()).toEqual([...names, ...kept].toSorted());
  expect(compareTrees(source, copy)).toEqual([]);
});

for (const type of ['exfat', 'ntfs'] as const) {
  test(`on ${type}, where case does not count, the backup folder and the log are known by other spellings`, async context => {
    const root = mountOrSkip(context, { type, size: '32M' });
    const source = makeTree([{ path: 'file', kind: 'file', content: 'new' }]);
    const copy = makeTree([{ path: 'file', kind: 'file', content: 'old' }], join(root, 'copy'));
    for (const spelled of ['copy/kept', 'Copy/KEPT', 'copy/Kept'])
      await wholeCopy(source, ['--delete', '--backup-dir', join(root, spelled)], { copy });
    expect(readdirSync(join(copy, 'kept')).toSorted()).toEqual(['file', 'file.~1~', 'file.~2~']);
    const args = ['--delete', '--log', join(root, 'COPY/log')];
    const { status, stderr } = await commandCopy(source, args, { copy });
    expect([status, stderr]).toEqual([
      2,
      expect.stringMatching(/log .* lies in the destination, where the copy/),
    ]);
  });
}

test(
  'through another mount of the destination the backup folder is known as well',
  needs('mount', 'root'),
  async () => {
    const { source, copy } = scene();
    const other = join(dirname(copy), 'mounted');
    mkdirSync(other);
    mkdirSync(join(copy, 'kept'));
    shell('/', `mount --bind '${copy}' '${other}'`);
    try {
      await wholeCopy(source, [...args, '--backup-dir', join(other, 'kept')]);
      expect(readdirSync(join(copy, 'kept'))).toContain('gone');
      await wholeCopy(source, [...args, '--backup-dir', join(other, 'kept')]);
      expect(readdirSync(join(copy, 'kept'))).not.toContain('kept');
    } finally {
      shell('/', `umount '${other}'`);
    }
  },
);

test('a backup folder whose disk is full stops the run, and what it could not keep is there', async context => {
  const backup = mountOrSkip(context, { type: 'tmpfs', size: '64k' });
  const files: TreeEntry[] = Array.from({ length: 9 }, (_, n) => {
    return { path: `${n}`, kind: 'file', size: 30_000, mtime: '1400000000000000001' };
  });
  const copy = makeTree(files);
  const source = makeTree(
    files.map(({ path }) => ({ path, kind: 'file', content: 'new' })),
    join(dirname(copy), 'new'),
  );
  const before = treeSnapshot(copy);
  const args = ['-w', '1', '--if-exists', 'update', '--backup-dir', join(backup, 'kept')];
  const { status, stderr } = await commandCopy(source, args, { copy });
  expect(status).toBe(1);
  expect(stderr).toMatch(/: no space left: in the backup folder; make room and .* to resume \(ENOSPC\)\n$/);
  const lost = [...before.keys()].filter(path => path !== '' && !existsSync(join(backup, 'kept', path)));
  expect(lost.length).toBeGreaterThan(3);
  const isOld = (path: string) => !compareTrees(before, copy).some(line => line.includes(`"${path}"`));
  expect(lost.filter(path => !isOld(path))).toEqual([]);
  expect(readdirSync(join(backup, 'kept')).filter(name => name.startsWith('.'))).toEqual([]);
});

test('--backup-dir on another file system is a copy, as it was', needs('mount', 'root'), async () => {
  const { source, copy, backup } = scene();
  makeTree([{ path: 'attributed', kind: 'file', content: 'old', mode: '640' }], copy);
  shell(copy, 'mkfifo pipe; chown 7:8 attributed');
  mkdirSync(backup, { recursive: true });
  shell('/', `mount -t tmpfs tmpfs '${backup}'`);
  try {
    await wholeCopy(source, [...args, '--backup-dir', backup]);
    expect(compareTrees(source, copy)).toEqual([]);
    const { uid, gid, mode } = lstatSync(join(backup, 'attributed'));
    expect([uid, gid, mode & 0o777]).toEqual([7, 8, 0o640]);
    rmSync(join(backup, 'attributed'));
    rmSync(join(backup, 'pipe'));
    expect(differences(backup)).toEqual([]);
  } finally {
    shell('/', `umount '${backup}'`);
  }
});

test('workers that keep files in one folder of another file system never choose the same name', async context => {
  const backups = mountOrSkip(context, { type: 'tmpfs', size: '400m' });
  const entries = (size: number): TreeEntry[] =>
    Array.from({ length: 400 }, (_, n) => ({ path: String(n), kind: 'file', size }));
  const source = makeTree(entries(400_000), join(scratchFolder(memory), 'source'));
  for (const round of [1, 2, 3]) {
    const copy = makeTree(entries(200_000 + round), join(dirname(source), `copy ${round}`));
    const old = treeSnapshot(copy);
    const backup = join(backups, String(round));
    await wholeCopy(source, ['-w', '4', '--retries', '0', '--backup-dir', backup], { copy });
    expect(compareTrees(old, backup).filter(line => !line.startsWith('the root: mtime '))).toEqual([]);
    rmSync(backup, { recursive: true });
  }
});
