import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { commandCopy, isRoot, toldCopy, wholeCopy } from '../helpers/copies.js';
import { type FileSystem, mountOrSkip } from '../helpers/file-systems.js';
import { makeTree } from '../helpers/make-tree.js';
import { shell } from '../helpers/shell.js';
import type { TreeEntry } from '../helpers/tree-description.js';

const beside = (source: string, name: string): string => join(dirname(source), name);

describe('--delete', () => {
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
    const old: TreeEntry[] = ['extra/stuck', 'x'].map(path => ({ path, kind: 'file', content: 'y' }));
    const copy = makeTree(old, beside(source, 'copy'));
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
