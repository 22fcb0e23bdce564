import { lstatSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { LONGEST_PATTERN } from '../../src/copier/listing/patterns.js';
import { type CopyOptions, copyFolder } from '../../src/index.js';
import { commandCopy, toldCopy } from '../helpers/copies.js';
import { makeTree } from '../helpers/make-tree.js';
import { shell } from '../helpers/shell.js';
import type { TreeEntry } from '../helpers/tree-description.js';
import { file, folder, pathsIn, project } from './filter-trees.js';

function ignoreFile(source: string, content: string): string {
  const path = join(dirname(source), 'ignore');
  writeFileSync(path, content, 'latin1');
  return path;
}

describe('what is copied', () => {
  const everything = [
    ...['Notes.TXT', 'build', 'build/out.o', 'docs', 'docs/build', 'empty', 'readme.txt', 'src', 'src/empty'],
    ...['src/lib', 'src/lib/util.c', 'src/lib/util.o', 'src/main.c', 'src/main.o'],
  ];
  const without = (...left: string[]) => everything.filter(path => !left.includes(path));
  const cases: [title: string, options: CopyOptions, lines: string | undefined, copied: string[]][] = [
    [
      'a name is excluded at any depth',
      { exclude: ['main.*'] },
      undefined,
      without('src/main.c', 'src/main.o'),
    ],
    [
      'an excluded folder goes with all in it',
      { exclude: ['build', 'lib'] },
      undefined,
      without('build', 'build/out.o', 'docs/build', 'src/lib', 'src/lib/util.c', 'src/lib/util.o'),
    ],
    [
      'a slash in front means the source itself',
      { exclude: ['/build'] },
      undefined,
      without('build', 'build/out.o'),
    ],
    ['a slash at the end means folders', { exclude: ['build/'] }, undefined, without('build', 'build/out.o')],
    [
      'an escaped slash is one, and two asterisks before it are a folder at least',
      { exclude: [String.raw`**\/main.c`, String.raw`**\/readme.txt`, String.raw`src\/lib\/*.o`] },
      undefined,
      without('src/main.c', 'src/lib/util.o'),
    ],
    ['case counts', { exclude: ['*.txt'] }, undefined, without('readme.txt')],
    [
      'an include takes in again what was excluded',
      { exclude: ['*.o'], include: ['main.o'] },
      undefined,
      without('build/out.o', 'src/lib/util.o'),
    ],
    [
      'nothing in an excluded folder can be included',
      { exclude: ['/src'], include: ['src/main.c', '*.c'] },
      undefined,
      without(...everything.filter(path => path.startsWith('src'))),
    ],
    [
      'a later exclude can take an earlier one back',
      { exclude: ['*.o', '!main.o'] },
      undefined,
      without('build/out.o', 'src/lib/util.o'),
    ],
    [
      'the ignore file has comments, blank lines and exceptions',
      {},
      '# objects\r\n\r\n*.o\r\n!main.o\r\n',
      without('build/out.o', 'src/lib/util.o'),
    ],
    [
      'the ignore file may begin with a byte order mark and lack its last line end',
      {},
      '\xef\xbb\xbf*.o\n/empty',
      without('build/out.o', 'src/lib/util.o', 'src/main.o', 'empty'),
    ],
    [
      'excludes come after the ignore file, includes last',
      { exclude: ['main.o', 'out.o'], include: ['out.o'] },
      '*.o\n!main.o\n',
      without('src/main.o', 'src/lib/util.o'),
    ],
    [
      'an include beside an ignore file that excludes nothing copies all',
      { include: ['*.c'] },
      '# nothing yet\n',
      everything,
    ],
    [
      'includes alone: what they match, and the folders it lies in',
      { include: ['*.c', '/docs/b*'] },
      undefined,
      ['docs', 'docs/build', 'src', 'src/lib', 'src/lib/util.c', 'src/main.c'],
    ],
    [
      'includes alone: of a folder all under it',
      { include: ['lib/', '/empty'] },
      undefined,
      ['empty', 'src', 'src/lib', 'src/lib/util.c', 'src/lib/util.o'],
    ],
    [
      'includes alone: of everything under a folder its empty folders too',
      { include: ['src/**'] },
      undefined,
      everything.filter(path => path.startsWith('src')),
    ],
    ['includes that match nothing: an empty folder', { include: ['*.jpg'] }, undefined, []],
  ];
  for (const [title, options, lines, copied] of cases) {
    test(title, async () => {
      const source = project();
      const { copy, report } = await toldCopy(source, {
        ...options,
        ...(lines === undefined ? {} : { ignoreFile: ignoreFile(source, lines) }),
        workers: 1,
      });
      expect(pathsIn(copy)).toEqual(copied);
      const { files, folders, skipped, left } = report;
      expect({ entries: files + folders, skipped, left }).toEqual({
        entries: copied.length,
        skipped: 0,
        left: 0,
      });
    });
  }

  test('the command takes its options as often as they come', async () => {
    const source = project();
    const args = ['--exclude', '*.o', '--exclude=/docs', '--include', 'main.o', '--include', 'out.o'];
    const { copy, status, stderr } = await commandCopy(source, [
      ...args,
      '--ignore-file',
      ignoreFile(source, 'empty/\n'),
    ]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(pathsIn(copy)).toEqual(without('docs', 'docs/build', 'src/lib/util.o', 'src/empty', 'empty'));
  });

  test('folders that were entered late are finished with their own mode and time', async () => {
    const source = makeTree([
      file('a/b/c.jpg'),
      { ...folder('a/b'), mode: '500', mtime: '1234567890123456789' },
      { ...folder('a'), mode: '750', mtime: '1034567890123456789' },
    ]);
    const { copy } = await toldCopy(source, { include: ['*.jpg'] });
    const facts = (path: string) => {
      const { mode, mtimeNs } = lstatSync(join(copy, path), { bigint: true });
      return [(mode & 0o777n).toString(8), mtimeNs];
    };
    expect(facts('a/b')).toEqual(['500', 1234567890123456789n]);
    expect(facts('a')).toEqual(['750', 1034567890123456789n]);
  });
});

describe('names that patterns have to quote, and names that are not text', () => {
  const cases: [pattern: string, name: string][] = [
    ['\\#a', '#a'],
    ['\\!a', '!a'],
    [' a b', ' a b'],
    ['a\\ ', 'a '],
    ['back\\\\slash', 'back\\slash'],
    ['\\*\\?\\[a\\]', '*?[a]'],
    ['new?line', 'new\nline'],
    ['Icon\r', 'Icon\r'],
    ['-rf', '-rf'],
    ['{a,b}', '{a,b}'],
    ['...', '...'],
    ['相册*', '相册[副本]'],
    ['caf?.txt', 'caf\xe9.txt'],
    ['[👩‍👩‍👧‍👦]*🎉', '👩‍👩‍👧‍👦🎉'],
    ['__proto__', '__proto__'],
  ];
  const bytes = (name: string): TreeEntry['path'] => (name.includes('\xe9') ? { latin1: name } : name);
  const source = () => makeTree(cases.map(([, name]) => file(bytes(name))));
  const asKey = (name: string) => (name.includes('\xe9') ? name : Buffer.from(name).toString('latin1'));
  for (const [pattern, name] of cases) {
    test(`exclude ${JSON.stringify(pattern)} leaves out ${JSON.stringify(name)} and nothing else`, async () => {
      const tree = source();
      const { report } = await toldCopy(tree, { exclude: [pattern], dryRun: true });
      expect(report.files).toBe(cases.length - 1);
      const { events } = await toldCopy(tree, { exclude: ['*', `!${pattern}`], dryRun: true });
      const paths = events.flatMap(event => {
        if (event.type !== 'file') return [];
        const { path, pathBase64 } = event;
        return [
          pathBase64 === undefined ? asKey(path) : Buffer.from(pathBase64, 'base64').toString('latin1'),
        ];
      });
      expect(paths).toEqual([asKey(name)]);
    });
  }

  test('an include is taken as it is after its !, also with # or ! in front', async () => {
    const { how } = await toldCopy(source(), { include: ['#a', '!a'], dryRun: true });
    expect(Object.keys(how).sort()).toEqual(['!a', '#a']);
  });

  test('an ignore file can name bytes that are no UTF-8', async () => {
    const tree = source();
    const { report } = await toldCopy(tree, { ignoreFile: ignoreFile(tree, 'caf\xe9.*\n'), dryRun: true });
    expect(report.files).toBe(cases.length - 1);
  });
});

describe('refused before anything is written', () => {
  const cases: [title: string, args: string[], says: string][] = [
    ['an empty pattern', ['--exclude', ''], 'exclude takes gitignore patterns, not "": it is empty'],
    ['an empty include', ['--include', '  '], 'include takes gitignore patterns, not "  ": it is empty'],
    ['a comment', ['--exclude', '#a'], 'not "#a": that is a comment; to match such a name, write \\#a'],
    ['a backslash that escapes nothing', ['--exclude', 'a\\\\\\'], 'it ends with a backslash'],
    ['two lines', ['--include', 'a\nb'], 'not "a\\nb": a pattern is one line'],
    ['a path from here', ['--exclude', './build'], 'not "./build": it can match nothing'],
    ['a path out of the source', ['--include', '/a/../b'], 'it can match nothing'],
    [
      'a pattern without end',
      ['--exclude', 'a'.repeat(LONGEST_PATTERN + 1)],
      'it is longer than 4096 characters',
    ],
    [
      'an ignore file that is not there',
      ['--ignore-file', '/nowhere/x'],
      'ignore file /nowhere/x: cannot be read',
    ],
    ['an ignore file that is a folder', ['--ignore-file', '/'], 'ignore file /: cannot be read'],
  ];
  for (const [title, args, says] of cases) {
    test(title, async () => {
      const source = project();
      const { status, stdout, stderr } = await commandCopy(source, args);
      expect([status, stdout]).toEqual([2, '']);
      expect(stderr).toMatch(/^folder-copy: [^\n]+\n$/);
      expect(stderr).toContain(says);
      expect(readdirSync(dirname(source))).toEqual(['source']);
    });
  }

  test('an ignore file with a line that is too long', async () => {
    const source = project();
    const lines = ignoreFile(source, `a\n${'b'.repeat(LONGEST_PATTERN + 1)}\n`);
    await expect(copyFolder(source, undefined, { ignoreFile: lines })).rejects.toThrow(
      `ignore file ${lines}: line 2 is longer than 4096 characters`,
    );
  });

  test('a text where the library takes a list', async () => {
    const exclude = 'a' as unknown as string[];
    await expect(copyFolder(project(), undefined, { exclude })).rejects.toThrow(
      'exclude takes a list of patterns',
    );
  });
});

describe('going on from a .partial', () => {
  /** A run that was stopped after its last entry, right before the rename. */
  async function stopped(source: string, entries: number, options: CopyOptions = {}): Promise<string> {
    const copy = join(dirname(source), 'copy');
    const controller = new AbortController();
    let settled = 0;
    const run = copyFolder(source, copy, {
      ...options,
      signal: controller.signal,
      onEvent: event => {
        if (event.type === 'file') settled += 1;
        if (settled === entries) controller.abort(new Error('stopped'));
      },
    });
    await expect(run).rejects.toThrow('stopped');
    return copy;
  }

  test('what is excluded now is removed from it, wherever it stands', async () => {
    const source = makeTree([
      file('a.txt'),
      file('b.log'),
      file('deep/c.log'),
      file('deep/er/d.txt'),
      folder('logs'),
    ]);
    const copy = await stopped(source, 7);
    expect(pathsIn(`${copy}.partial`)).toEqual(expect.arrayContaining(['b.log', 'deep/c.log', 'logs']));
    const { how } = await toldCopy(source, { exclude: ['*.log', 'logs/'] }, copy);
    expect(how).toEqual({ 'a.txt': 'skipped', deep: 'kept', 'deep/er': 'kept', 'deep/er/d.txt': 'skipped' });
    expect(pathsIn(copy)).toEqual(['a.txt', 'deep', 'deep/er', 'deep/er/d.txt']);
  });

  test('with includes alone, folders that would be there for nothing go as well', async () => {
    const source = makeTree([
      file('a/x.txt'),
      file('a/deep/y.txt'),
      file('b/deep/z.jpg'),
      file('b/z.txt'),
      folder('empty'),
    ]);
    const copy = await stopped(source, 9);
    await toldCopy(source, { include: ['*.jpg'] }, copy);
    expect(pathsIn(copy)).toEqual(['b', 'b/deep', 'b/deep/z.jpg']);
  });

  test('with links followed into a circle too', async () => {
    const source = makeTree([file('a/x.txt'), file('b.jpg')]);
    const copy = await stopped(source, 3, { dereference: true });
    shell(source, 'ln -s . a/loop');
    const { how } = await toldCopy(source, { include: ['*.jpg'], dereference: true }, copy);
    expect(how).toEqual({ 'b.jpg': 'skipped', 'a/loop': 'ELOOP' });
    expect(pathsIn(copy)).toEqual(['b.jpg']);
  });
});
