import { existsSync, lstatSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { compareTrees } from '../helpers/compare-trees.js';
import { commandCopy, isRoot, toldCopy, wholeCopy } from '../helpers/copies.js';
import { type FileSystem, mountOrSkip } from '../helpers/file-systems.js';
import { makeTree } from '../helpers/make-tree.js';
import { runCommand } from '../helpers/run-command.js';
import { shell } from '../helpers/shell.js';
import type { TreeEntry } from '../helpers/tree-description.js';
import { treeSnapshot } from '../helpers/tree-snapshot.js';

const beside = (source: string, name: string): string => join(dirname(source), name);

describe('--delete', () => {
  test('removes all that the source does not have, of every kind, and nothing else', async () => {
    const source = makeTree([
      { path: 'kept/file', kind: 'file', content: 'x' },
      { path: 'kept', kind: 'folder', mtime: '1234567890123456789' },
      { path: '.', kind: 'folder', mtime: '1234567890123456780' },
    ]);
    const extras: TreeEntry[] = [
      { path: 'file', kind: 'file', content: 'x' },
      { path: { latin1: 'caf\xe9' }, kind: 'file', content: 'x' },
      { path: 'kept/read-only', kind: 'file', content: 'x', mode: '000' },
      { path: 'fifo', kind: 'fifo' },
      { path: 'socket', kind: 'socket' },
      { path: 'link', kind: 'link', target: '../outside' },
      { path: 'kept/link', kind: 'link', target: '../../outside/file' },
      { path: 'deep/er/and/deeper/file', kind: 'file', content: 'x' },
      { path: 'deep/er/link', kind: 'link', target: '../../../outside' },
      { path: 'deep/er', kind: 'folder', mode: '000' },
    ];
    const copy = makeTree(extras, beside(source, 'copy'));
    const outside = makeTree([{ path: 'file', kind: 'file', content: 'outside' }], beside(source, 'outside'));
    const before = treeSnapshot(outside);
    const { report, events } = await toldCopy(source, { delete: true });
    expect(compareTrees(source, copy)).toEqual([]);
    expect(compareTrees(before, outside)).toEqual([]);
    const deleted = events.flatMap(event => (event.type === 'deleted' ? [event.path] : []));
    expect(deleted.sort()).toEqual(
      [
        ...['file', 'caf\ufffd', 'kept/read-only', 'fifo', 'socket', 'link', 'kept/link'],
        ...[
          'deep',
          'deep/er',
          'deep/er/link',
          'deep/er/and',
          'deep/er/and/deeper',
          'deep/er/and/deeper/file',
        ],
      ].sort(),
    );
    expect(report).toMatchObject({ status: 0, deleted: 13, left: 0 });
  });

  test('with -v each removal is a line, under -n too', async () => {
    const source = makeTree([{ path: 'file', kind: 'file', content: 'x' }]);
    const copy = makeTree([{ path: 'extra/a\nb', kind: 'file', content: 'x' }], beside(source, 'copy'));
    for (const options of [['-n'], []]) {
      const { stderr } = await runCommand([...options, '-v', '--delete', source, copy]);
      expect(stderr.split('\n').filter(line => line.startsWith('deleted'))).toEqual([
        'deleted extra/a\\nb',
        'deleted extra',
      ]);
    }
  });

  test.skipIf(!isRoot)('goes into folders that may not be written in, as their owner', async () => {
    const source = makeTree([
      { path: 'a/file', kind: 'file', content: 'x' },
      { path: 'a', kind: 'folder', mode: '555' },
    ]);
    const copy = makeTree(
      [
        { path: 'a/extra', kind: 'file', content: 'x' },
        { path: 'a/closed/deep/file', kind: 'file', content: 'x' },
        { path: 'a/closed/deep', kind: 'folder', mode: '000' },
        { path: 'a/closed', kind: 'folder', mode: '500' },
        { path: 'a', kind: 'folder', mode: '500' },
      ],
      beside(source, 'copy'),
    );
    shell(dirname(source), 'chown -R 65534:65534 source copy; chmod 755 .');
    await wholeCopy(source, ['--delete'], { uid: 65534, gid: 65534 });
    expect(compareTrees(source, copy)).toEqual([]);
  });

  test('removes nothing after a failure', async () => {
    const source = makeTree([
      { path: 'x', kind: 'file', content: 'x' },
      { path: 'fails', kind: 'link', target: 'nowhere' },
    ]);
    const copy = makeTree([{ path: 'extra', kind: 'file', content: 'y' }], beside(source, 'copy'));
    const { how, report } = await toldCopy(source, { delete: true, dereference: true });
    expect(how).toEqual({ x: 'streamed', fails: 'ENOENT' });
    expect(report).toMatchObject({ status: 1, deleted: 0 });
    expect(readdirSync(copy)).toEqual(['extra', 'x']);
  });

  test('removes no full folder that stands in the way of a file after a failure', async () => {
    const source = makeTree([
      { path: 'x', kind: 'file', content: 'x' },
      { path: 'fails', kind: 'link', target: 'nowhere' },
    ]);
    const copy = makeTree([{ path: 'x/old', kind: 'file', content: 'y' }], beside(source, 'copy'));
    const { how } = await toldCopy(source, { delete: true, dereference: true });
    expect(how).toEqual({ x: 'ENOTEMPTY', fails: 'ENOENT' });
    expect(readdirSync(join(copy, 'x'))).toEqual(['old']);
  });

  test('empties the destination of an empty source and leaves its root', async () => {
    const source = makeTree([]);
    const copy = makeTree([{ path: 'a/b', kind: 'file', content: 'y' }], beside(source, 'copy'));
    const { ino } = lstatSync(copy);
    await wholeCopy(source, ['--delete']);
    expect(readdirSync(copy)).toEqual([]);
    expect(lstatSync(copy).ino).toBe(ino);
  });

  test('removes links to folders as links, also where they stand for the source itself', async () => {
    const source = makeTree([{ path: 'folder/file', kind: 'file', content: 'x' }]);
    const copy = makeTree([], beside(source, 'copy'));
    shell(copy, 'ln -s ../source up; mkdir d; ln -s ../../source/folder d/folder');
    const before = treeSnapshot(source);
    await wholeCopy(source, ['--delete']);
    expect(compareTrees(before, source)).toEqual([]);
    expect(compareTrees(source, copy)).toEqual([]);
  });

  test('keeps, with -x, what stands where another file system is mounted in the source', async context => {
    const source = makeTree([{ path: 'mounted', kind: 'folder' }]);
    const copy = makeTree([{ path: 'mounted/earlier', kind: 'file', content: 'x' }], beside(source, 'copy'));
    const root = mountOrSkip(context, { type: 'tmpfs' });
    shell(source, `mount --bind '${root}' mounted`);
    try {
      await wholeCopy(source, ['--delete', '-x']);
      expect(existsSync(join(copy, 'mounted/earlier'))).toBe(true);
    } finally {
      shell(source, 'umount mounted');
    }
  });

  test('says what it could not remove; the count of entries stays right', async context => {
    if (!isRoot) context.skip('only root can make a file immutable');
    const source = makeTree([{ path: 'x', kind: 'file', content: 'x' }]);
    const copy = makeTree([{ path: 'extra/stuck', kind: 'file', content: 'y' }], beside(source, 'copy'));
    shell(copy, 'chattr +i extra/stuck');
    try {
      const { report, how } = await toldCopy(source, { delete: true });
      expect(how).toEqual({ x: 'streamed', 'extra/stuck': 'EPERM', extra: 'ENOTEMPTY' });
      expect(report).toMatchObject({ status: 1, files: 1, failed: 0, left: 0, deleted: 0 });
    } finally {
      shell(copy, 'chattr -i extra/stuck');
    }
  });
});

const ignoringCase: [what: string, system: FileSystem, prepare: string][] = [
  ['a vfat image', { type: 'vfat' }, 'mkdir d'],
  ['an ext4 folder that ignores case', { type: 'ext4', casefold: true }, 'mkdir d; chattr +F d'],
  ['an NTFS image that ignores case', { type: 'ntfs' }, 'mkdir d'],
];
for (const [what, system, prepare] of ignoringCase) {
  describe(`on ${what}`, () => {
    test('--delete takes another spelling of a name for no extra', async context => {
      const root = mountOrSkip(context, system);
      shell(root, prepare);
      const source = makeTree([
        { path: 'Photo.JPG', kind: 'file', content: 'new' },
        { path: 'Folder/ÄÖÜ.txt', kind: 'file', content: 'x' },
      ]);
      shell(
        root,
        'cd d; echo old > photo.jpg; mkdir FOLDER; echo a > FOLDER/äöü.TXT; echo b > FOLDER/extra; echo c > extra',
      );
      const { status, stderr } = await commandCopy(source, ['--delete'], { copy: join(root, 'd') });
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
      const names = shell(root, 'cd d; find . -type f | sort').toLowerCase().split('\n');
      expect(names.sort()).toEqual(['', './folder/äöü.txt', './photo.jpg']);
      expect(shell(root, 'cat d/PHOTO.jpg d/folder/äöü.txt')).toBe('newx');
    });

    for (const existing of [false, true]) {
      test(`two names that are one there are one failed entry, in ${existing ? 'an existing' : 'a new'} destination`, async context => {
        const root = mountOrSkip(context, system);
        shell(root, prepare);
        const copy = join(root, 'd', 'copy');
        if (existing) makeTree([{ path: 'other', kind: 'file', content: '' }], copy);
        const source = makeTree([
          { path: 'name', kind: 'file', content: 'first' },
          { path: 'NAME', kind: 'file', content: 'second one' },
          { path: 'other', kind: 'file', content: '' },
        ]);
        const { report, how } = await toldCopy(source, {}, copy);
        expect([how.name, how.NAME].sort()).toEqual(['NAME_COLLISION', 'streamed']);
        expect(report).toMatchObject({ status: 1, failed: 1, left: 0 });
      });
    }
  });
}

test('--delete with -x leaves alone what is mounted in the destination, whatever the source has there', async context => {
  const mounted = mountOrSkip(context, { type: 'tmpfs', size: '1m' });
  shell(mounted, 'echo theirs > file');
  const source = makeTree([{ path: 'in both/file', kind: 'file', content: 'x' }]);
  const copy = makeTree(
    ['in both/mount', 'mount', 'extra/mount'].map(path => ({ path, kind: 'folder' })),
    beside(source, 'copy'),
  );
  writeFileSync(join(copy, 'extra/gone'), '');
  mkdirSync(join(source, 'mount'));
  const points = ['in both/mount', 'mount', 'extra/mount'].map(path => join(copy, path));
  for (const point of points) {
    shell('/', `mount --bind '${mounted}' '${point}'`);
    onTestFinished(() => void shell('/', `umount '${point}'`));
  }
  const { status, stderr } = await commandCopy(source, ['-x', '--delete', '-v']);
  expect({ status, deleted: stderr.match(/^deleted .*/gm) }).toEqual({
    status: 0,
    deleted: ['deleted extra/gone'],
  });
  for (const point of points) expect(readdirSync(point)).toEqual(['file']);
});
