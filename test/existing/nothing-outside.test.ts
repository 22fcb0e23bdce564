import { lstatSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { compareTrees } from '../helpers/compare-trees.js';
import { isRoot } from '../helpers/copies.js';
import { makeTree } from '../helpers/make-tree.js';
import { startCommand } from '../helpers/run-command.js';
import { scratchFolder } from '../helpers/scratch-folder.js';
import { canTrace, tracedCopy } from '../helpers/traced-copy.js';
import type { TreeEntry } from '../helpers/tree-description.js';
import { treeSnapshot } from '../helpers/tree-snapshot.js';

const entries: TreeEntry[] = [
  { path: 'file', kind: 'file', content: 'new', mode: '640' },
  { path: 'empty', kind: 'file', content: '' },
  { path: 'hole', kind: 'file', size: 100_000, data: [] },
  { path: 'big', kind: 'file', size: 400_000 },
  { path: 'link', kind: 'link', target: 'file' },
  { path: 'fifo', kind: 'fifo' },
  { path: 'other', kind: 'hardlink', to: 'file' },
  { path: 'folder/deep/file', kind: 'file', content: 'new' },
  { path: 'folder', kind: 'folder', mode: '2750' },
];

describe.skipIf(!canTrace)('what stands in the destination', () => {
  for (const [what, args] of [
    ['overwritten', []],
    ['overwritten, with --delete', ['--delete']],
    ['updated', ['--if-exists', 'update']],
    ['streamed, one chunk a byte', ['--reflink', 'never', '--chunk-size', '1k']],
  ] as [string, string[]][]) {
    test(`is never opened for writing, and never truncated: ${what}`, async () => {
      const source = makeTree(entries);
      const copy = makeTree(
        entries.map(entry => ({ ...entry, mtime: '5' })),
        join(source, '../copy'),
      );
      const calls = await tracedCopy(['-e', 'trace=open,openat,creat,truncate,ftruncate'], args, source);
      expect(calls.status).toBe(0);
      const opened = calls.calls.filter(
        call => /O_WRONLY|O_RDWR|O_CREAT|O_TRUNC|creat\(/.test(call) && call.includes('copy'),
      );
      expect(opened.length).toBeGreaterThan(3);
      expect(opened.filter(call => !call.includes('O_EXCL') || !call.includes('O_NOFOLLOW'))).toEqual([]);
      expect(compareTrees(source, copy)).toEqual([]);
    });
  }

  test('is reached without following a link: every open in it refuses links', async () => {
    const source = makeTree(entries);
    const copy = makeTree(entries, join(source, '../copy'));
    const { calls } = await tracedCopy(['-e', 'trace=open,openat'], ['--delete'], source);
    const inside = calls.filter(call => /openat\(\d+<[^>]*\/copy(\/folder)?>, "(folder|deep)"/.test(call));
    expect(inside.length).toBeGreaterThan(2);
    expect(inside.filter(call => !call.includes('O_NOFOLLOW'))).toEqual([]);
    // What goes by a handle's name in /proc leads to the handle's own folder, or refuses links as well.
    const byHandle = calls.filter(call => /"\/proc\/self\/fd\/\d+\/[^"]/.test(call));
    expect(byHandle.filter(call => !call.includes('O_NOFOLLOW'))).toEqual([]);
    // No absolute path below the destination is used at all: only names in folders that are held open.
    expect(calls.filter(call => call.includes(`"${copy}/`) && !call.includes('O_NOFOLLOW'))).toEqual([]);
  });
});

describe('a link that is planted while the copy runs', () => {
  for (const [policy, deletes] of [
    ['overwrite', true],
    ['overwrite', false],
    ['update', false],
  ] as const) {
    test(`leads nothing outside: --if-exists ${policy}${deletes ? ' --delete' : ''}`, {
      timeout: 120_000,
    }, async () => {
      const scratch = scratchFolder();
      const outside = makeTree(
        [
          { path: 'secret', kind: 'file', content: 'outside', mode: '600', mtime: '7' },
          { path: 'f1', kind: 'file', content: 'outside', mode: '604', mtime: '7' },
          { path: 'sub/f2', kind: 'file', content: 'outside', mtime: '7' },
          { path: 'sub', kind: 'folder', mode: '750', mtime: '7' },
          { path: '.', kind: 'folder', mode: '755', mtime: '7' },
        ],
        join(scratch, 'outside'),
      );
      const before = treeSnapshot(outside);
      const files: TreeEntry[] = [];
      for (let n = 0; n < 40; n++) {
        for (let f = 0; f < 12; f++) files.push({ path: `d${n}/f${f}`, kind: 'file', size: 2000 });
        files.push(
          { path: `d${n}/sub/f2`, kind: 'file', content: 'x' },
          { path: `d${n}/sub`, kind: 'folder', mode: '555' },
        );
      }
      const source = makeTree(files, join(scratch, 'source'));
      const copy = join(scratch, 'copy');
      let planted = 0;
      for (let round = 0; round < 6; round++) {
        rmSync(copy, { recursive: true, force: true });
        mkdirSync(copy);
        if (round % 2 === 1)
          makeTree(
            files.map(entry => ({ ...entry, mode: entry.kind === 'folder' ? '755' : '644' })),
            copy,
          );
        const running = startCommand([
          '-w',
          '2',
          '--if-exists',
          policy,
          ...(deletes ? ['--delete'] : []),
          source,
          copy,
        ]);
        let ended = false;
        running.finished.finally(() => (ended = true)).catch(() => {});
        for (let n = 0; !ended; n = (n + 7) % 40) {
          for (const name of [`d${n}`, `d${n}/sub`])
            if (plant(join(copy, name), outside, planted)) planted += 1;
          await new Promise(resolve => setImmediate(resolve));
        }
        const { status, stderr } = await running.finished;
        expect([0, 1]).toContain(status);
        expect(stderr).not.toMatch(/\n {4}at /);
        expect(compareTrees(before, outside)).toEqual([]);
      }
      expect(planted).toBeGreaterThan(20);
    });
  }

  /** Puts a link to the outside in a folder's place. */
  function plant(path: string, outside: string, serial: number): boolean {
    try {
      // Not through a link of its own making.
      if (!lstatSync(dirname(path)).isDirectory() || !lstatSync(path).isDirectory()) return false;
      renameSync(path, `${path}.moved.${serial}`);
      symlinkSync(outside, path);
      return true;
    } catch {
      return false;
    }
  }
});

test.skipIf(!isRoot)('a source is opened for reading only and left as it was', async () => {
  const source = makeTree(entries);
  const before = treeSnapshot(source);
  if (canTrace) {
    const { calls } = await tracedCopy(['-e', 'trace=%file,fchmod,fchown,ftruncate'], [], source);
    const writing = /O_WRONLY|O_RDWR|O_CREAT|unlink|rename|mkdir|chmod|chown|utime|setxattr|truncate/;
    const inSource = calls.filter(call => call.includes('/source') && !call.includes('execve'));
    expect(inSource.length).toBeGreaterThan(3);
    expect(inSource.filter(call => writing.test(call) && !call.includes('/copy'))).toEqual([]);
  }
  expect(compareTrees(before, source)).toEqual([]);
  expect(readdirSync(source)).toHaveLength(before.size - 3);
  expect(readFileSync(join(source, 'file'), 'utf8')).toBe('new');
});
