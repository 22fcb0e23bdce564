import { statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { wholeCopy } from '../helpers/copies.js';
import { makeTree } from '../helpers/make-tree.js';
import { needs } from '../helpers/needs.js';
import { runCommand } from '../helpers/run-command.js';
import { shell } from '../helpers/shell.js';
import type { TreeEntry } from '../helpers/tree-description.js';
import { treeSnapshot } from '../helpers/tree-snapshot.js';
import {
  checked,
  file,
  folder,
  inEitherOrder,
  link,
  mtime,
  mutations,
  sameTimes,
  twoTrees,
  victims,
} from './check-trees.js';

test('--check has one line for each kind of difference, and no other', async () => {
  const [source, copy] = twoTrees(victims, victims);
  shell(copy, [...mutations.map(([, , change]) => change), sameTimes].join('\n'));
  const { status, differences, stderr } = await checked(source, copy);
  expect(inEitherOrder(differences)).toEqual(mutations.map(([, , , line]) => line).sort());
  expect(status).toBe(1);
  expect(stderr).toMatch(/^\d+ differences, \d+ files, \d+ folders compared in .* -> .*copy\n$/);
});

describe('--check and a real copy', () => {
  test('leave sockets, devices and what is left of a run alone', async () => {
    const [source, copy] = twoTrees([{ path: 'socket', kind: 'socket' }], [file('.folder-copy.claim')]);
    const { status, stdout, stderr } = await checked(source, copy);
    expect({ status, stdout }).toEqual({ status: 0, stdout: '' });
    expect(stderr).toMatch(/^no differences, 0 files, .*, 1 skipped -> /);
  });
});

describe('--check obeys', () => {
  test('-L: what a link leads to is held against the copy', async () => {
    const tree: TreeEntry[] = [
      file('folder/file'),
      folder('folder'),
      link('as file', 'folder/file'),
      link('as folder', 'folder'),
    ];
    const source = makeTree(tree);
    const copy = await wholeCopy(source, ['-L', '-q']);
    expect(await checked(source, copy, ['-L'])).toMatchObject({ status: 0, stdout: '' });
    expect((await checked(source, copy)).differences).toEqual([
      'kind as file: link -> file',
      'kind as folder: link -> folder',
    ]);
  });

  test('-q: differences alone are told', async () => {
    const [source, copy] = twoTrees([file('x')], []);
    expect(await checked(source, copy, ['-q'])).toMatchObject({
      status: 1,
      stdout: 'missing x\n',
      stderr: '',
    });
  });

  test('--suffix, where the destination is left out', async () => {
    const [source] = twoTrees([file('x')], [file('x')]);
    shell(
      dirname(source),
      'cp -a copy "source[副本]"; cp -a copy source-b; rm source-b/x; touch -r copy source-b',
    );
    expect(await runCommand(['--check', source])).toMatchObject({ status: 0, stdout: '' });
    expect(await runCommand(['--check', '--suffix', '-b', source])).toMatchObject({
      status: 1,
      stdout: 'missing x\n',
    });
  });
});

describe('--check is refused', () => {
  const places: [title: string, copy: string, words: RegExp][] = [
    ['a destination that does not stand', 'nowhere', /nowhere: .*\(ENOENT\)\n$/],
    ['a destination that is no folder', 'file', /file: .*\(ENOTDIR\)\n$/],
    ['the source itself', 'source/.', /is the source itself.*\(EINVAL\)\n$/],
  ];
  for (const [title, name, words] of places) {
    test(title, async () => {
      const source = makeTree([file('x')]);
      writeFileSync(join(dirname(source), 'file'), '');
      const { status, stdout, stderr } = await checked(source, join(dirname(source), name));
      expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
      expect(stderr).toMatch(words);
    });
  }

  const options = [
    ...['--delete', '--fsync', '--no-space-check', '--fail-fast', '--strict', '-n', '-v'],
    ...['--if-exists skip', '--reflink never', '--xattrs never', '--checksums x', '--failed x'],
  ];
  test('together with what only a copy can obey', async () => {
    const [source, copy] = twoTrees([], []);
    const results = await Promise.all(
      options.map(option => checked(source, copy, option.split(' '), { cwd: source })),
    );
    for (const { status, stdout, stderr } of results) {
      expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
      expect(stderr).toMatch(
        /^folder-copy: option '--check' cannot be used with option '.*'; see folder-copy --help\n$/,
      );
    }
  });

  test('without a source, also at no terminal', async () => {
    expect(await runCommand(['--check'])).toMatchObject({ status: 2, stdout: '' });
  });
});

describe('--check leaves everything as it is:', () => {
  /** Older than what was written last, so that a read would move it where access times are kept at all. */
  const times = { mtime, atime: '1000000000000000000' };
  const entries: TreeEntry[] = [
    { path: 'file', kind: 'file', content: 'short', ...times },
    { path: 'differs', kind: 'file', content: 'short', ...times },
    { path: 'folder/file', kind: 'file', content: 'short', ...times },
    { path: 'folder', kind: 'folder', ...times },
    { path: 'link', kind: 'link', target: 'nowhere', mtime },
    { path: '.', kind: 'folder', ...times },
  ];
  /** Access times of files only: whoever takes this snapshot reads folders and links. */
  const marks = (scratch: string) =>
    [...treeSnapshot(scratch)].map(([path, { kind, stats, digest }]) => {
      const { ino, mode, nlink, size, mtimeNs, ctimeNs, atimeNs } = stats;
      return [path, ino, mode, nlink, size, mtimeNs, ctimeNs, digest, kind === 'file' && atimeNs].join(' ');
    });

  test('both trees, access times too', async () => {
    const source = makeTree(entries);
    const copy = makeTree(entries, join(dirname(source), 'copy'));
    expect(statSync(source).atimeMs).toBe(1e12);
    expect(await checked(source, copy, ['--verify'])).toMatchObject({ status: 0 });
    const read = [source, copy].flatMap(tree =>
      ['', 'file', 'folder', 'folder/file'].map(name => join(tree, name)),
    );
    expect(read.map(path => statSync(path).atimeMs)).toEqual(read.map(() => 1e12));
  });

  test('all that a write would change', async () => {
    const source = makeTree(entries);
    const copy = makeTree([file('differs'), file('extra'), folder('folder')], join(dirname(source), 'copy'));
    const before = marks(dirname(source));
    expect(await checked(source, copy, ['--verify'])).toMatchObject({ status: 1 });
    expect(marks(dirname(source))).toEqual(before);
  });
});

describe('--check goes to its end', () => {
  test('with names that no terminal should see, escaped', async () => {
    const name = { latin1: 'new\nline \xff' };
    const [source, copy] = twoTrees([{ path: name, kind: 'file', content: '' }], []);
    expect((await checked(source, copy)).stdout).toBe('missing new\\nline \\xff\n');
  });
});

describe('--check by a user without rights', needs('root'), () => {
  const nobody = { uid: 65534, gid: 65534 };

  test('tells what cannot be read in either tree, compares the rest, and asks for no owner', async () => {
    const [source, copy] = twoTrees(
      [file('open'), file('a/shut'), file('b/shut'), folder('a'), folder('b'), file('c/x'), folder('c')],
      [file('open'), file('a/shut'), file('b/shut'), folder('a'), folder('b'), file('c/x'), folder('c')],
    );
    shell(
      dirname(source),
      'chmod 755 . source copy; chmod 000 source/a/shut copy/b/shut; chmod 700 copy/c; chown 1:1 copy/open',
    );
    const { status, differences, stderr } = await checked(source, copy, ['--verify'], nobody);
    expect(status).toBe(1);
    // Of an entry that fails nothing else is told.
    expect(differences).toEqual(['mode c: 755 -> 700']);
    expect(stderr.split('\n').sort().slice(1)).toEqual([
      expect.stringMatching(/^1 difference, .* 4 failed -> /),
      `folder-copy: ${source}/a/shut: cannot be opened: permission denied (EACCES)`,
      `folder-copy: ${source}/b/shut: its copy cannot be opened: permission denied (EACCES)`,
      `folder-copy: ${source}/c/x: its copy cannot be read: permission denied (EACCES)`,
      `folder-copy: ${source}/c: its copy cannot be read: permission denied (EACCES)`,
    ]);
  });

  test('does not miss set-id bits that only their owner could have given', async () => {
    const [source, copy] = twoTrees([file('set')], [file('set')]);
    shell(
      dirname(source),
      'chmod 755 . source copy; chmod 4755 source/set; chmod 755 copy/set; chown -R 65534:65534 copy',
    );
    expect(await checked(source, copy, [], nobody)).toMatchObject({ status: 0, stdout: '' });
    expect((await checked(source, copy)).differences).toContain('mode set: 4755 -> 755');
  });
});
