import {
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { compareTrees } from '../helpers/compare-trees.js';
import { commandCopy, toldCopy, wholeCopy } from '../helpers/copies.js';
import { makeTree } from '../helpers/make-tree.js';
import { needs } from '../helpers/needs.js';
import { removeTree } from '../helpers/scratch-folder.js';
import { shell } from '../helpers/shell.js';
import { treeSnapshot } from '../helpers/tree-snapshot.js';
import { withoutKoffi } from '../helpers/without-koffi.js';
import { args, differences, now, options, scene } from './backup-scene.js';

describe('--backup-dir', () => {
  test('keeps what is replaced and what is deleted under its relative path, as it was', async () => {
    const { source, copy, backup } = scene();
    const dry = await toldCopy(source, { ...options, backupDir: backup, dryRun: true });
    expect(existsSync(backup)).toBe(false);
    const { how, report } = await toldCopy(source, { ...options, backupDir: backup });
    expect(how).toEqual(dry.how);
    expect(report).toMatchObject({ status: 0, deleted: 5, failed: 0 });
    expect(compareTrees(source, copy)).toEqual([]);
    expect(differences(backup)).toEqual([]);
  });

  const runs: [title: string, more: string[], env: () => Record<string, string>][] = [
    ['without koffi', [], withoutKoffi],
    ['with --fsync and one worker', ['--fsync', '-w', '1'], () => ({})],
  ];
  for (const [title, more, env] of runs) {
    test(`so it is ${title}`, async () => {
      const { source, copy, backup } = scene();
      await wholeCopy(source, [...args, ...more, '--backup-dir', backup], { env: env() });
      expect(compareTrees(source, copy, { times: 'us' })).toEqual([]);
      expect(differences(backup, 'us')).toEqual([]);
    });
  }

  test('what stands there from another run is never overwritten', async () => {
    const { source, copy, backup } = scene();
    makeTree(
      [
        { path: 'changed', kind: 'file', content: 'first' },
        { path: 'changed.~1~', kind: 'folder' },
        { path: 'gone', kind: 'file', content: 'first' },
        { path: 'sub', kind: 'link', target: '../..' },
      ],
      backup,
    );
    await wholeCopy(source, [...args, '--backup-dir', backup]);
    expect(compareTrees(source, copy)).toEqual([]);
    const content = (path: string) => readFileSync(join(backup, path), 'utf8');
    expect(
      ['changed', 'changed.~2~', 'gone', 'gone.~1~/deep/file', 'sub.~1~/changed', 'extra'].map(content),
    ).toEqual([...['first', 'old', 'first', 'old', 'old', 'old']]);
    expect(lstatSync(join(backup, 'gone.~1~')).mode & 0o777).toBe(0o555);
  });

  test('in the destination it is left alone by --delete, does not count, and holds what goes', async () => {
    const { source, copy } = scene();
    const backup = join(copy, 'kept/here');
    for (const limit of ['6', '5']) {
      const { report } = await toldCopy(source, { ...options, maxDelete: Number(limit), backupDir: backup });
      expect(report.status).toBe(0);
    }
    expect(readFileSync(join(backup, 'gone/deep/file'), 'utf8')).toBe('old');
    expect(readFileSync(join(backup, 'changed'), 'utf8')).toBe('old');
    removeTree(join(copy, 'kept'));
    expect(compareTrees(source, copy).filter(line => !line.startsWith('the root'))).toEqual([]);
  });

  test('a filled folder in the place of a file goes there, with all that is in it', async () => {
    const source = makeTree([{ path: 'a', kind: 'file', content: 'new' }]);
    const copy = makeTree([{ path: 'a/b/c', kind: 'file', content: 'old' }], join(dirname(source), 'copy'));
    const backup = join(dirname(source), 'backup');
    await wholeCopy(source, ['--delete', '--backup-dir', backup]);
    expect(compareTrees(source, copy)).toEqual([]);
    expect(readFileSync(join(backup, 'a/b/c'), 'utf8')).toBe('old');
  });

  test('a large file and an empty folder that are replaced go there', async () => {
    const source = makeTree([
      { path: 'large', kind: 'file', size: 70 * 1024 * 1024 },
      { path: 'e', kind: 'file', content: 'new' },
    ]);
    const copy = makeTree(
      [
        { path: 'large', kind: 'file', content: 'old' },
        { path: 'e', kind: 'folder', mode: '750' },
      ],
      join(dirname(source), 'copy'),
    );
    const backup = join(dirname(source), 'backup');
    await wholeCopy(source, ['--backup-dir', backup]);
    expect(compareTrees(source, copy)).toEqual([]);
    expect(readFileSync(join(backup, 'large'), 'utf8')).toBe('old');
    expect(lstatSync(join(backup, 'e')).mode & 0o777).toBe(0o750);
  });

  test('what cannot be kept fails, and stays where it is', needs('root'), async () => {
    const { source, copy, backup } = scene();
    mkdirSync(join(backup, 'sub'), { recursive: true });
    const owned =
      'chown -R 65534:65534 source copy backup; chown 0:0 "backup/of today/sub"; chmod 755 . backup';
    shell(dirname(source), owned);
    const as = { uid: 65534, gid: 65534 };
    const { status, stderr } = await commandCopy(
      source,
      ['--if-exists', 'update', '--backup-dir', backup],
      as,
    );
    expect(status).toBe(1);
    expect(stderr).toMatch(/^folder-copy: .*source\/sub\/changed: .*\(EACCES\)\n$/);
    expect(readFileSync(join(copy, 'sub/changed'), 'utf8')).toBe('old');
  });

  test('what was kept already, as by a run that was killed, is not kept twice', async () => {
    const { source, copy, backup } = scene();
    mkdirSync(backup, { recursive: true });
    linkSync(join(copy, 'changed'), join(backup, 'changed'));
    await wholeCopy(source, [...args, '--backup-dir', backup]);
    expect(existsSync(join(backup, 'changed.~1~'))).toBe(false);
    expect(differences(backup)).toEqual([]);
  });

  test('in a new destination there is nothing to keep', async () => {
    const source = makeTree(now);
    const backup = join(dirname(source), 'backup');
    await wholeCopy(source, [...args, '--backup-dir', backup]);
    expect(existsSync(backup)).toBe(false);
  });

  const refused: [title: string, folder: string, says: RegExp][] = [
    ['the source', 'source', /lies in the source/],
    ['a folder in the source', 'source/new', /lies in the source/],
    ['the destination', 'copy', /is or contains/],
    ['a folder that contains both', '.', /is or contains/],
    ['a file', 'file', /is not a folder/],
    ['where a copy grows', 'copy.partial/new', /lies where the copy is made/],
    ['a folder below a file', 'file/new', /cannot be made: not a folder \(ENOTDIR\)/],
    ['what a dangling link leads to', 'dangling/new', /dangling is a dangling symbolic link \(ENOENT\)/],
    ['a folder of the destination that the source has too', 'copy/sub', /exists in the source, too/],
  ];
  for (const [title, folder, says] of refused) {
    test(`refuses ${title}`, async () => {
      const { source } = scene();
      const root = dirname(source);
      writeFileSync(join(root, 'file'), '');
      symlinkSync('nowhere', join(root, 'dangling'));
      const before = treeSnapshot(root);
      const { status, stderr } = await commandCopy(source, [...args, '--backup-dir', join(root, folder)]);
      expect(stderr).toMatch(says);
      expect(status).toBe(2);
      expect(compareTrees(before, root)).toEqual([]);
    });
  }
});
