import { lstatSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { compareTrees } from '../helpers/compare-trees.js';
import { toldCopy } from '../helpers/copies.js';
import { mountOrSkip } from '../helpers/file-systems.js';
import { makeTree } from '../helpers/make-tree.js';
import { needs } from '../helpers/needs.js';
import { tracedCopy } from '../helpers/traced-copy.js';
import type { TreeEntry } from '../helpers/tree-description.js';

const inode = (path: string): string => {
  const { dev, ino } = lstatSync(path, { bigint: true });
  return `${dev}:${ino}`;
};

describe('hard links', () => {
  test('whose first name fails while it is copied are copied under the next', needs('strace'), async () => {
    const source = makeTree([
      { path: 'a', kind: 'file', content: 'the content' },
      { path: 'b', kind: 'hardlink', to: 'a' },
      { path: 'c/d', kind: 'hardlink', to: 'a' },
    ]);
    // The first positioned read of a worker fails: that of whichever name is met first.
    const { status, copy, stderr } = await tracedCopy(
      ['-e', 'trace=preadv', '-e', 'inject=preadv:error=EIO:when=1'],
      ['--workers', '1', '--retries', '0'],
      source,
    );
    expect(stderr).toMatch(/^folder-copy: [^\n]*: cannot be read: input\/output error \(EIO\)\n$/);
    expect(status).toBe(1);
    const copied = ['a', 'b', 'c/d'].filter(name => lstatSync(join(copy, name), { throwIfNoEntry: false }));
    expect(copied).toHaveLength(2);
    for (const name of copied) expect(readFileSync(join(copy, name), 'utf8')).toBe('the content');
    expect(new Set(copied.map(name => inode(join(copy, name)))).size).toBe(1);
  });

  test('more than the destination allows are copied as files and counted', async context => {
    // btrfs keeps the names that one file has in one folder in a single item: some hundred long ones fill it.
    const root = mountOrSkip(context, { type: 'btrfs' });
    const source = makeTree([
      { path: 'file', kind: 'file', content: 'content' },
      ...Array.from({ length: 150 }, (_, n) => {
        return { path: String(n).padStart(200, '0'), kind: 'hardlink', to: 'file' } as const;
      }),
    ]);
    const { report, copy } = await toldCopy(source, {}, join(root, 'copy'));
    expect(report).toMatchObject({ status: 0, files: 151, failed: 0 });
    const inodes = new Set(readdirSync(copy).map(name => inode(join(copy, name))));
    expect(report.notKept.hardLink ?? 0).toBe(inodes.size - 1);
    expect(compareTrees(source, copy).filter(line => !line.includes('hard link of'))).toEqual([]);
  });
});

describe('special files', () => {
  const special: TreeEntry[] = [
    { path: 'fifo', kind: 'fifo', mode: '622', mtime: '1234567890123456789' },
    { path: 'folder/socket', kind: 'socket' },
    { path: 'file', kind: 'file', content: 'x' },
  ];

  test('FIFOs, sockets and devices are never opened', needs('strace', 'root'), async () => {
    const source = makeTree([...special, { path: 'device', kind: 'device' }]);
    for (const args of [[], ['-L'], ['--if-exists', 'overwrite', '--delete']]) {
      const { status, calls } = await tracedCopy(['-e', 'trace=open,openat,openat2'], args, source);
      expect(status).toBe(0);
      // Each file of the tree is opened under its name, so that this looks at the right calls at all.
      expect(calls.filter(call => /[/"]file"/.test(call))).not.toEqual([]);
      expect(
        calls.filter(call => /[/"](fifo|socket|device)"/.test(call) && !call.includes('O_PATH')),
      ).toEqual([]);
    }
  });
});
