import {
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { compareTrees } from '../helpers/compare-trees.js';
import { commandCopy, wholeCopy } from '../helpers/copies.js';
import { mountOrSkip, type Skippable } from '../helpers/file-systems.js';
import { makeTree } from '../helpers/make-tree.js';
import { oddOrSkip } from '../helpers/odd-file-system.js';
import { runCommand, startCommand } from '../helpers/run-command.js';
import { scratchFolder } from '../helpers/scratch-folder.js';
import type { TreeEntry } from '../helpers/tree-description.js';
import { withoutKoffi } from '../helpers/without-koffi.js';

test('files that claim one inode, but differ in what the listing saw, are files of their own', async context => {
  const { root } = oddOrSkip(context, 'one-inode');
  writeFileSync(join(root, 'a'), 'one');
  writeFileSync(join(root, 'b'), 'another');
  const copy = await wholeCopy(root, [], { copy: join(dirname(root), 'copy') });
  expect(['a', 'b'].map(name => readFileSync(join(copy, name), 'utf8'))).toEqual(['one', 'another']);
  expect(await runCommand(['--check', '--verify', root, copy])).toMatchObject({ status: 0 });
  const again = await commandCopy(root, ['--if-exists', 'update'], { copy });
  expect(again.stdout).toContain('2 skipped');
});

describe('a file system that calls files with data a hole', () => {
  const content = Buffer.alloc(300_000, 'data');
  const cases: [args: string[], oddities: string[], env?: () => Record<string, string>][] = [
    [[], ['all-hole']],
    [['--reflink', 'never', '--chunk-size', '1000'], ['all-hole']],
    [['--verify'], ['all-hole']],
    [['--verify'], ['some-hole']],
    [['--checksums', 'sums'], ['some-hole']],
    [[], ['some-hole']],
    [[], ['all-hole'], withoutKoffi],
  ];
  for (const [args, oddities, env] of cases) {
    const how = [...args, ...(env === undefined ? [] : ['in plain Node'])].join(' ') || 'no option';
    test(`is not believed, with ${how}: ${oddities.join()}`, async context => {
      const { root, backing } = oddOrSkip(context, ...oddities);
      writeFileSync(join(backing, 'full'), content);
      truncateSync(join(backing, 'full'), 400_000);
      writeFileSync(join(backing, 'small'), 'x');
      writeFileSync(join(backing, 'empty'), '');
      const cwd = dirname(root);
      const copy = await wholeCopy(root, args, { copy: join(cwd, 'copy'), cwd, env: env?.() ?? {} });
      const full = Buffer.concat([content, Buffer.alloc(100_000)]);
      expect(readFileSync(join(copy, 'full')).equals(full)).toBe(true);
      expect(readFileSync(join(copy, 'small'), 'utf8')).toBe('x');
      expect(lstatSync(join(copy, 'full')).blocks * 512).toBeLessThan(310_000);
    });
  }

  test('is not believed by --check --verify', async context => {
    const { root, backing } = oddOrSkip(context, 'all-hole');
    writeFileSync(join(backing, 'full'), content);
    const copy = await wholeCopy(root, [], { copy: join(dirname(root), 'copy') });
    const { mtime } = statSync(join(copy, 'full'));
    truncateSync(join(copy, 'full'), 0);
    truncateSync(join(copy, 'full'), content.length);
    utimesSync(join(copy, 'full'), mtime, mtime);
    const { status, stdout } = await runCommand(['--check', '--verify', root, copy]);
    expect({ status, stdout }).toEqual({
      status: 1,
      stdout: expect.stringContaining('content full: at byte 0'),
    });
  });
});

describe('a destination that decides by itself whose all in it is', () => {
  const tree: TreeEntry[] = [
    { path: 'ours', kind: 'file', content: 'x' },
    { path: 'theirs', kind: 'file', content: 'y', owner: { uid: 12, gid: 34 } },
    { path: 'forced', kind: 'file', content: 'z', owner: { uid: 1234, gid: 1234 } },
    { path: 'set-id', kind: 'file', content: 'z', mode: '6755', owner: { uid: 12, gid: 34 } },
    { path: 'large', kind: 'file', size: 66_000_000 },
    { path: 'folder/inside', kind: 'file', content: 'x' },
  ];

  for (const [oddity, lost] of [
    ['owner=1234', 7],
    ['owners=quiet', 3],
  ] as const) {
    test(`takes a copy, and tells of the owners that are lost: ${oddity}`, async context => {
      const { root } = oddOrSkip(context, oddity);
      const source = makeTree(tree);
      for (const standing of [false, true]) {
        const copy = join(root, standing ? 'standing' : 'copy');
        if (standing) makeTree([{ path: 'old', kind: 'file', content: 'old' }], copy);
        const result = await commandCopy(source, ['-w', '2'], { copy });
        expect(result).toMatchObject({ status: 0, stderr: '' });
        expect(result.stdout).toContain(`not kept: ${lost} owners`);
        expect(
          compareTrees(source, copy, { owners: false }).filter(line => !/set-id|"old"/.test(line)),
        ).toEqual([]);
        expect(lstatSync(join(copy, 'set-id')).mode & 0o7777).toBe(0o755);
      }
    });
  }

  test('has its unfinished copy gone on with', async context => {
    const { root } = oddOrSkip(context, 'owner=1234');
    const source = makeTree(tree);
    const copy = join(root, 'copy');
    const first = startCommand(['--bwlimit', '100k', source, copy]);
    while (!existsSync(join(`${copy}.partial`, 'folder'))) await delay(5);
    first.child.kill('SIGINT');
    await first.finished;
    expect(existsSync(`${copy}.partial`)).toBe(true);
    expect(await runCommand(['-n', source, copy])).toMatchObject({ status: 0, stderr: '' });
    expect(await runCommand([source, copy])).toMatchObject({ status: 0, stderr: '' });
    expect(compareTrees(source, copy, { owners: false }).filter(line => !/set-id/.test(line))).toEqual([]);
  });

  test('does not make the unfinished copy of another user ours', async context => {
    const { root } = oddOrSkip(context);
    const source = makeTree(tree);
    const copy = join(root, 'copy');
    mkdirSync(`${copy}.partial`);
    chownSync(`${copy}.partial`, 1234, 1234);
    utimesSync(`${copy}.partial`, 5, 5);
    const { status, stderr } = await runCommand([source, copy]);
    expect(status).toBe(2);
    expect(stderr).toMatch(/belongs to another user/);
    expect(statSync(`${copy}.partial`).mtimeMs).toBe(5000);
    expect(readdirSync(root)).toEqual(['copy.partial']);
  });
});

describe('times beyond what the destination can hold', () => {
  const times = [
    '4000000000000000005',
    '1700000000123456789',
    '-3000000000000000000',
    '20000000000000000000',
  ];
  const tree = (): string =>
    makeTree(
      times.flatMap((mtime): TreeEntry[] => [
        { path: `file ${mtime}`, kind: 'file', content: 'x', mtime },
        { path: `folder ${mtime}`, kind: 'folder', mtime },
        { path: `link ${mtime}`, kind: 'link', target: 'x', mtime },
      ]),
      join(scratchFolder('/dev/shm'), 'source'),
    );
  const places: [title: string, place: (test: Skippable) => string, lost: number][] = [
    ['32 bits of seconds', test => mountOrSkip(test, { type: 'ext4', seconds: true }), 9],
    ['a last one', test => oddOrSkip(test, 'last=2147483647').root, 9],
    ['34 bits of seconds', test => mountOrSkip(test, { type: 'ext4' }), 6],
  ];
  for (const [title, place, lost] of places) {
    for (const env of [undefined, withoutKoffi]) {
      test(`are told of, and are no difference afterwards: ${title}${env ? ', in plain Node' : ''}`, async context => {
        const copy = join(place(context), 'copy');
        const source = tree();
        const options = { copy, env: env?.() ?? {} };
        const first = await commandCopy(source, [], options);
        expect(first).toMatchObject({ status: 0, stderr: '' });
        expect(first.stdout).toContain(`not kept: ${lost} modification times`);
        const again = await commandCopy(source, ['--if-exists', 'update'], options);
        expect(again.stdout).toMatch(/^0 files, .* 8 skipped/);
        expect(await runCommand(['--check', source, copy], options)).toMatchObject({ status: 0, stdout: '' });
        const strict = await commandCopy(source, ['--strict'], { ...options, copy: `${copy} strict` });
        expect(strict.stderr.split('\n').filter(line => / times cannot be kept /.test(line))).toHaveLength(
          lost,
        );
      });
    }
  }
});

for (const grain of [1_000_000_000, 1_000_000, 1000, 100]) {
  test(`what stands is found again where times are cut to ${grain} ns`, async context => {
    const { root } = oddOrSkip(context, `grain=${grain}`);
    const source = makeTree([
      { path: 'file', kind: 'file', content: 'x', mtime: '1234567890987654321' },
      { path: 'folder', kind: 'folder', mtime: '1234567890987654321' },
      { path: 'link', kind: 'link', target: 'x', mtime: '1234567890987654321' },
    ]);
    const copy = await wholeCopy(source, [], { copy: join(root, 'copy') });
    for (const args of [
      ['--if-exists', 'update'],
      ['--if-exists', 'newer'],
    ]) {
      expect((await commandCopy(source, args, { copy })).stdout).toContain('2 skipped');
    }
    expect(await runCommand(['--check', source, copy])).toMatchObject({ status: 0, stdout: '' });
    const snapshot = await commandCopy(source, ['--link-dest', copy], { copy: join(root, 'next') });
    expect(lstatSync(join(snapshot.copy, 'file')).ino).toBe(lstatSync(join(copy, 'file')).ino);
    utimesSync(join(source, 'file'), 1_234_567_891.5, 1_234_567_891.5);
    expect((await commandCopy(source, ['--if-exists', 'update'], { copy })).stdout).toContain('1 skipped');
  });
}

describe('a file system with shorter names', () => {
  for (const oddity of ['name=100', 'long=100']) {
    test(`takes a destination whose name leaves no room for more: ${oddity}`, async context => {
      const { root } = oddOrSkip(context, oddity);
      const source = makeTree([{ path: 'x', kind: 'file', content: 'x' }]);
      for (const name of ['n'.repeat(100), `${'相'.repeat(31)}.copy`]) {
        const copy = join(root, name);
        for (const _ of ['made', 'kept']) {
          expect(await commandCopy(source, [], { copy })).toMatchObject({ status: 0, stderr: '' });
          expect(compareTrees(source, copy)).toEqual([]);
        }
      }
      expect(readdirSync(root)).toHaveLength(2);
    });

    test(`keeps the unfinished copies of two long names apart: ${oddity}`, async context => {
      const { root } = oddOrSkip(context, oddity);
      const names = ['a', 'b'].map(end => 'n'.repeat(99) + end);
      const sources = names.map((_, n) => makeTree([{ path: 'x', kind: 'file', size: 2_000_000 + n }]));
      const runs = names.map((name, n) =>
        runCommand(['--bwlimit', '4m', sources[n] ?? '', join(root, name)]),
      );
      for (const result of await Promise.all(runs)) expect(result).toMatchObject({ status: 0, stderr: '' });
      for (const [n, name] of names.entries()) {
        expect(compareTrees(sources[n] ?? '', join(root, name))).toEqual([]);
      }
    });
  }

  test('takes a backup of long names again and again, also of names that are too long for it', async context => {
    const { root } = oddOrSkip(context, 'name=100');
    const names = ['n'.repeat(100), `${'相'.repeat(33)}a`, `${'n'.repeat(199)}b`, `${'n'.repeat(199)}c`];
    const tree = (content: string) =>
      makeTree(names.map(path => ({ path: `${path}/${path}`, kind: 'file' as const, content })));
    const copy = await wholeCopy(tree('1'), []);
    const backup = join(root, 'backup');
    for (const content of ['2', '3', '4']) {
      const args = ['--backup-dir', backup];
      expect(await commandCopy(tree(content), args, { copy })).toMatchObject({ status: 0, stderr: '' });
    }
    const kept = readdirSync(backup, { recursive: true, withFileTypes: true })
      .filter(entry => entry.isFile())
      .map(({ parentPath, name }) => readFileSync(join(parentPath, name), 'utf8'));
    expect(kept.sort()).toEqual(['1', '1', '1', '1', '2', '2', '2', '2', '3', '3', '3', '3']);
  });

  test('refuses a name that is too long in one line, and leaves nothing', async context => {
    const { root } = oddOrSkip(context, 'name=100');
    const source = makeTree([{ path: 'x', kind: 'file', content: 'x' }]);
    const { status, stderr } = await commandCopy(source, [], { copy: join(root, 'n'.repeat(101)) });
    expect(status).toBe(2);
    expect(stderr).toMatch(/^folder-copy: [^\n]*\(ENAMETOOLONG\)\n$/);
    expect(readdirSync(root)).toEqual([]);
  });
});

test('a file system that says 0 of 0 blocks is not taken for full', async context => {
  const { root } = oddOrSkip(context, 'no-room');
  const source = makeTree([{ path: 'x', kind: 'file', size: 100_000 }]);
  const copy = await wholeCopy(source, [], { copy: join(root, 'copy') });
  expect(await commandCopy(source, [], { copy })).toMatchObject({ status: 0, stderr: '' });
  const ram = mountOrSkip(context, { type: 'ramfs' });
  await wholeCopy(source, [], { copy: join(ram, 'copy') });
});
