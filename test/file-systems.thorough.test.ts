import { readdirSync, statfsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { compareTrees } from './helpers/compare-trees.js';
import { toldCopy } from './helpers/copies.js';
import { type FileSystem, mountOrSkip } from './helpers/file-systems.js';
import { makeTree } from './helpers/make-tree.js';
import { rsyncDifferences } from './helpers/rsync-differences.js';
import { runCommand } from './helpers/run-command.js';
import { scratchFolder } from './helpers/scratch-folder.js';
import { shell } from './helpers/shell.js';
import { describedTree, type TreeEntry } from './helpers/tree-description.js';

const systems: [system: FileSystem, how: 'cloned' | 'streamed'][] = [
  [{ type: 'btrfs' }, 'cloned'],
  [{ type: 'xfs' }, 'cloned'],
  [{ type: 'ext4' }, 'streamed'],
  [{ type: 'tmpfs' }, 'streamed'],
];

/** All that can be in a tree, each under a folder of its own. */
const everything: TreeEntry[] = [
  ...['odd-names', 'kinds-of-links', 'modes-and-times', 'holes', 'empty-folders'].flatMap(name => {
    const within = (path: TreeEntry['path']): TreeEntry['path'] =>
      typeof path === 'string'
        ? `${name}/${path}`
        : 'latin1' in path
          ? { latin1: `${name}/${path.latin1}` }
          : {
              base64: Buffer.concat([Buffer.from(`${name}/`), Buffer.from(path.base64, 'base64')]).toString(
                'base64',
              ),
            };
    return describedTree(name).map((entry): TreeEntry => {
      const moved = { ...entry, path: within(entry.path) };
      return moved.kind === 'hardlink' ? { ...moved, to: within(moved.to) } : moved;
    });
  }),
  { path: 'big', kind: 'file', size: 3_000_001, xattrs: { 'user.note': 'kept' } },
  { path: 'folder', kind: 'folder', xattrs: { 'user.note': 'kept' } },
];

/** Physical blocks of a file: `[first, last]` of each extent. */
function extents(folder: string, name: string): string[] {
  const lines = shell(folder, `sync; filefrag -v '${name}'`).split('\n');
  return lines.flatMap(line => /^\s*\d+:\s+\d+\.\.\s*\d+:\s+(\d+\.\.\s*\d+):/.exec(line)?.[1] ?? []);
}

for (const [system, how] of systems) {
  describe(`on ${system.type}`, () => {
    for (const existing of [false, true]) {
      test(`everything is kept, and files are ${how}, in ${existing ? 'an existing' : 'a new'} destination`, async context => {
        const root = mountOrSkip(context, system);
        const source = makeTree(everything, join(root, 'source'));
        const destination = join(root, 'copy');
        if (existing) {
          makeTree(
            [
              { path: 'big', kind: 'file', size: 5 },
              { path: 'only here/file', kind: 'file', size: 5 },
            ],
            destination,
          );
        }
        const { report, how: became, copy } = await toldCopy(source, { delete: true }, destination);
        expect(report).toMatchObject({ status: 0, failed: 0, left: 0, deleted: existing ? 2 : 0 });
        expect(compareTrees(source, copy, { xattrs: true, holes: 256 * 1024 })).toEqual([]);
        const different = rsyncDifferences(source, copy, { checksum: true, xattrs: true, acls: true });
        expect(different.filter(line => !/^c[SD]\+/.test(line))).toEqual([]);
        expect(became.big).toBe(how);
        const again = await toldCopy(source, { ifExists: 'update' }, destination);
        expect(again.report).toMatchObject({ status: 0, files: 0, bytes: 0 });
      });
    }

    test(`what comes from another file system is streamed, and kept`, async context => {
      const root = mountOrSkip(context, system);
      const source = makeTree(everything);
      const there = await toldCopy(source, {}, join(root, 'copy'));
      expect(there.how.big).toBe('streamed');
      // xfs sets aside more than is written, and gives it back later.
      expect(compareTrees(source, there.copy, { xattrs: true, holes: 256 * 1024 })).toEqual([]);
      const back = await toldCopy(there.copy, {}, join(scratchFolder(), 'back'));
      expect(back.how.big).toBe('streamed');
      expect(compareTrees(source, back.copy, { xattrs: true, holes: 256 * 1024 })).toEqual([]);
    });

    if (how === 'cloned') {
      test('a clone shares all its blocks with the source, and takes no room', async context => {
        const root = mountOrSkip(context, system);
        const source = makeTree([{ path: 'x', kind: 'file', size: 50_000_000 }], join(root, 'source'));
        shell(root, 'sync -f .');
        const before = statfsSync(root).bfree;
        const { copy, report } = await toldCopy(source, { reflink: 'always' }, join(root, 'copy'));
        expect(report.bytes).toBe(50_000_000);
        expect(extents(copy, 'x')).toEqual(extents(source, 'x'));
        expect(extents(copy, 'x').length).toBeGreaterThan(0);
        shell(root, 'sync -f .');
        const { bfree, bsize } = statfsSync(root);
        expect((before - bfree) * bsize).toBeLessThan(10_000_000);
        expect(compareTrees(source, copy)).toEqual([]);
      });

      test('--reflink never streams; no block is shared', async context => {
        const root = mountOrSkip(context, system);
        const source = makeTree([{ path: 'x', kind: 'file', size: 1_000_000 }], join(root, 'source'));
        const { how: became, copy } = await toldCopy(source, { reflink: 'never' }, join(root, 'copy'));
        expect(became.x).toBe('streamed');
        const shared = new Set(extents(source, 'x'));
        expect(extents(copy, 'x').filter(extent => shared.has(extent))).toEqual([]);
      });

      test('--reflink always fails a file that comes from another file system, and copies what needs no blocks', async context => {
        const root = mountOrSkip(context, system);
        const source = makeTree([
          { path: 'x', kind: 'file', size: 1000 },
          { path: 'link', kind: 'link', target: 'x' },
          { path: 'folder', kind: 'folder' },
        ]);
        const { how: became } = await toldCopy(source, { reflink: 'always' }, join(root, 'copy'));
        expect(became).toEqual({ x: 'EXDEV', link: 'linked', folder: 'made' });
      });

      test('a file that cannot be cloned is streamed, and the next one cloned', async context => {
        // A swap file in use lends its blocks to nobody; it comes first, as files come before folders.
        const root = mountOrSkip(context, system);
        const source = makeTree([{ path: 'b/x', kind: 'file', size: 1_000_000 }], join(root, 'source'));
        shell(source, 'truncate -s 0 swap; chattr +C swap 2>/dev/null || true');
        shell(
          source,
          'dd if=/dev/zero of=swap bs=1M count=4 status=none; chmod 600 swap; mkswap -q swap; sync',
        );
        try {
          shell(source, 'swapon swap');
        } catch {
          context.skip('no swapping here');
        }
        try {
          const { how: became } = await toldCopy(source, { workers: 1 }, join(root, 'copy'));
          expect(became).toMatchObject({ swap: 'streamed', 'b/x': 'cloned' });
        } finally {
          shell(source, 'swapoff swap');
        }
      });
    } else {
      test('--reflink always fails each file that has content, and streams none', async context => {
        const root = mountOrSkip(context, system);
        const source = makeTree(
          [
            { path: 'a', kind: 'file', size: 1000 },
            { path: 'b/c', kind: 'file', size: 100_000 },
            { path: 'link', kind: 'link', target: 'a' },
          ],
          join(root, 'source'),
        );
        const {
          how: became,
          report,
          copy,
        } = await toldCopy(source, { reflink: 'always' }, join(root, 'copy'));
        expect(became).toEqual({ a: 'ENOTSUP', b: 'made', 'b/c': 'ENOTSUP', link: 'linked' });
        expect(report).toMatchObject({ status: 1, bytes: 0 });
        expect(readdirSync(join(copy, 'b'))).toEqual([]);
      });
    }
  });
}

describe('a file system that is mounted inside the source', () => {
  for (const oneFileSystem of [false, true]) {
    test(`is ${oneFileSystem ? 'made as an empty folder with -x, with its mode and time' : 'entered'}`, async context => {
      const mounted = mountOrSkip(context, { type: 'tmpfs' });
      makeTree(
        [
          { path: 'inside/file', kind: 'file', content: 'x' },
          { path: '.', kind: 'folder', mode: '750', mtime: '1234567890123456789' },
        ],
        mounted,
      );
      const source = makeTree([
        { path: 'before', kind: 'file', content: 'x' },
        { path: 'm/here', kind: 'folder' },
      ]);
      shell(source, `mount --bind '${mounted}' m/here`);
      try {
        const { copy, report } = await toldCopy(source, { oneFileSystem });
        expect(report).toMatchObject({
          status: 0,
          folders: oneFileSystem ? 2 : 3,
          files: oneFileSystem ? 1 : 2,
        });
        expect(readdirSync(join(copy, 'm/here'))).toEqual(oneFileSystem ? [] : ['inside']);
        const [from, to] = [statSync(join(source, 'm/here')), statSync(join(copy, 'm/here'))];
        expect([to.mode, to.mtimeMs]).toEqual([from.mode, from.mtimeMs]);
      } finally {
        shell(source, 'umount m/here');
      }
    });
  }
});

test('hard links on two file systems of the source with the same inode number stay apart', async context => {
  const source = makeTree([
    { path: 'a', kind: 'folder' },
    { path: 'b', kind: 'folder' },
  ]);
  for (const name of ['a', 'b']) {
    const root = mountOrSkip(context, { type: 'tmpfs' });
    shell(root, `echo ${name} > file; ln file other`);
    shell(source, `mount --bind '${root}' ${name}`);
  }
  try {
    const inode = (path: string) => statSync(join(source, path)).ino;
    expect(inode('a/file')).toBe(inode('b/file'));
    const { copy } = await toldCopy(source);
    expect(shell(copy, 'cat a/file a/other b/file b/other')).toBe('a\na\nb\nb\n');
    expect(statSync(join(copy, 'a/file')).nlink).toBe(2);
  } finally {
    shell(source, 'umount a b');
  }
});

test('a destination on several file systems keeps hard links as far as they reach, and counts the others', async context => {
  const root = mountOrSkip(context, { type: 'tmpfs' });
  const source = makeTree([
    { path: 'a/file', kind: 'file', content: 'x' },
    { path: 'b/file', kind: 'hardlink', to: 'a/file' },
  ]);
  const copy = makeTree([{ path: 'b', kind: 'folder' }], join(source, '../copy'));
  shell(copy, `mount --bind '${root}' b`);
  try {
    const { report } = await toldCopy(source);
    expect(report).toMatchObject({ status: 0, notKept: { hardLink: 1 } });
    expect(compareTrees(source, copy).filter(line => !line.includes('hard link of'))).toEqual([]);
  } finally {
    shell(copy, 'umount b');
  }
});

test('on ext4 that keeps whole seconds, what stands there is found again', async context => {
  const root = mountOrSkip(context, { type: 'ext4', seconds: true });
  const source = makeTree([
    { path: 'folder/file', kind: 'file', content: 'x', mtime: '1234567890123456789' },
    { path: 'other', kind: 'file', content: 'x', mtime: '1234567890000000000' },
  ]);
  const destination = join(root, 'copy');
  await toldCopy(source, {}, destination);
  const { how } = await toldCopy(source, { ifExists: 'update' }, destination);
  expect(how).toMatchObject({ 'folder/file': 'skipped', other: 'skipped' });
  expect(await runCommand(['--check', source, destination])).toMatchObject({ status: 0, stdout: '' });
  shell(source, 'touch -d @1234567891.1 other');
  expect((await toldCopy(source, { ifExists: 'update' }, destination)).how).toMatchObject({
    'folder/file': 'skipped',
    other: 'streamed',
  });
});
