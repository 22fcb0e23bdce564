import {
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { enteredLate } from '../../src/copier/listing/filtered-entries.js';
import { Filters } from '../../src/copier/listing/filters.js';
import type { Listed } from '../../src/copier/listing/list-entries.js';
import { LONGEST_PATTERN } from '../../src/copier/listing/patterns.js';
import { normalizeOptions } from '../../src/copier/request/options.js';
import { bytePath } from '../../src/files/byte-path.js';
import { stat } from '../../src/files/system/stat.js';
import { type CopyOptions, copyFolder } from '../../src/index.js';
import { commandCopy, isRoot, toldCopy } from '../helpers/copies.js';
import { mountOrSkip } from '../helpers/file-systems.js';
import { makeTree } from '../helpers/make-tree.js';
import { shell } from '../helpers/shell.js';
import type { TreeEntry } from '../helpers/tree-description.js';
import { treeSnapshot } from '../helpers/tree-snapshot.js';

const file = (path: TreeEntry['path'], content = 'x'): TreeEntry => ({ path, kind: 'file', content });
const folder = (path: string): TreeEntry => ({ path, kind: 'folder' });

/** Paths in latin1, a character a byte, without the root. */
const pathsIn = (root: string): string[] => [...treeSnapshot(root).keys()].filter(Boolean).sort();

function beside(source: string, name: string, entries: TreeEntry[]): string {
  return makeTree(entries, join(dirname(source), name));
}

function ignoreFile(source: string, content: string): string {
  const path = join(dirname(source), 'ignore');
  writeFileSync(path, content, 'latin1');
  return path;
}

const project = () =>
  makeTree([
    file('readme.txt'),
    file('Notes.TXT'),
    file('build/out.o'),
    file('docs/build'),
    file('src/main.c'),
    file('src/main.o'),
    file('src/lib/util.c'),
    file('src/lib/util.o'),
    folder('src/empty'),
    folder('empty'),
  ]);

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
    ['a comment', ['--exclude', '#a'], 'not "#a": that is a comment; a name is written \\#a'],
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

describe('--delete leaves alone what is excluded', () => {
  const deletedIn = (events: { type: string; path?: string }[]) =>
    events.flatMap(event => (event.type === 'deleted' ? [event.path] : [])).sort();

  test('also in folders that stand only in the destination, which then stay as they are', async () => {
    const source = makeTree([file('a.txt'), file('sub/b.txt'), file('c.log')]);
    const copy = beside(source, 'copy', [
      file('own.log'),
      file('extra.txt'),
      file('sub/own.log'),
      file('sub/extra.txt'),
      file('mixed/deep/own.log'),
      file('mixed/deep/extra.txt'),
      { ...folder('mixed/deep'), mode: '555' },
      file('mixed/gone/extra.txt'),
      file('extras/extra.txt'),
      folder('cache/with/extra'),
      file('sub/cache/extra.txt'),
    ]);
    const options = { exclude: ['*.log', 'cache/'], delete: true };
    const dry = await toldCopy(source, { ...options, dryRun: true }, copy);
    const { report, events } = await toldCopy(source, options, copy);
    expect(pathsIn(copy)).toEqual(
      [
        ...['a.txt', 'sub', 'sub/b.txt', 'own.log', 'sub/own.log'],
        ...['mixed', 'mixed/deep', 'mixed/deep/own.log'],
        ...['cache', 'cache/with', 'cache/with/extra', 'sub/cache', 'sub/cache/extra.txt'],
      ].sort(),
    );
    const deleted = [
      ...['extra.txt', 'extras', 'extras/extra.txt', 'mixed/deep/extra.txt'],
      ...['mixed/gone', 'mixed/gone/extra.txt', 'sub/extra.txt'],
    ];
    expect(deletedIn(events)).toEqual(deleted);
    expect(deletedIn(dry.events)).toEqual(deleted);
    expect(report).toMatchObject({ status: 0, deleted: deleted.length });
    expect(lstatSync(join(copy, 'mixed/deep')).mode & 0o777).toBe(0o555);
  });

  test('what became excluded in the source stays, and what is a folder there and a file here does not', async () => {
    const source = makeTree([file('both/inside'), file('keep.log')]);
    const copy = beside(source, 'copy', [file('both'), file('keep.log', 'old')]);
    await toldCopy(source, { exclude: ['both/', '*.log'], delete: true }, copy);
    expect(pathsIn(copy)).toEqual(['keep.log']);
    expect(readFileSync(join(copy, 'keep.log'), 'utf8')).toBe('old');
  });

  test('includes alone: only what they match goes, and the folders that are emptied by that', async () => {
    const source = makeTree([file('a/one.jpg'), file('a/one.txt')]);
    const copy = beside(source, 'copy', [
      file('a/two.jpg'),
      file('a/own.txt'),
      file('emptied/deep/three.jpg'),
      file('kept/four.jpg'),
      file('kept/own.txt'),
      folder('own empty'),
    ]);
    const options = { include: ['*.jpg'], delete: true };
    const dry = await toldCopy(source, { ...options, dryRun: true }, copy);
    const { events } = await toldCopy(source, options, copy);
    expect(pathsIn(copy)).toEqual(['a', 'a/one.jpg', 'a/own.txt', 'kept', 'kept/own.txt', 'own empty']);
    expect(deletedIn(dry.events)).toEqual(deletedIn(events));
    expect(deletedIn(events)).toEqual(
      ['a/two.jpg', 'emptied', 'emptied/deep', 'emptied/deep/three.jpg', 'kept/four.jpg'].sort(),
    );
  });

  test('a folder in the place of a file goes only if it holds nothing excluded', async () => {
    const source = makeTree([file('free'), file('held'), file('x.txt')]);
    const copy = beside(source, 'copy', [
      file('free/deep/file'),
      file('held/deep/own.log'),
      file('held/deep/file'),
      file('extra'),
    ]);
    const { how, report } = await toldCopy(source, { exclude: ['*.log'], delete: true }, copy);
    expect(how).toEqual({ free: 'streamed', held: 'ENOTEMPTY', 'x.txt': 'streamed' });
    expect(report).toMatchObject({ status: 1, failed: 1, left: 0 });
    expect(pathsIn(copy)).toEqual(
      ['extra', 'free', 'held', 'held/deep', 'held/deep/file', 'held/deep/own.log', 'x.txt'].sort(),
    );
  });

  test('another spelling of what is excluded stays too, where the file system ignores case', async context => {
    const root = mountOrSkip(context, { type: 'vfat' });
    const source = makeTree([file('Own.log'), file('a.txt')]);
    const copy = makeTree([file('own.log', 'mine'), file('EXTRA')], join(root, 'copy'));
    await toldCopy(source, { exclude: ['Own.log'], delete: true }, copy);
    expect(
      readdirSync(copy)
        .map(name => name.toLowerCase())
        .sort(),
    ).toEqual(['a.txt', 'own.log']);
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

describe('together with', () => {
  test('hard links: a name that is excluded is not missed', async () => {
    const source = makeTree([file('a', 'shared')]);
    for (const name of ['b', 'c']) linkSync(join(source, 'a'), join(source, name));
    const first = await toldCopy(source, { exclude: ['a'] });
    expect(Object.values(first.how).sort()).toEqual(['linked', 'streamed']);
    const [b, c] = ['b', 'c'].map(name => lstatSync(join(first.copy, name)));
    expect([b?.ino, b?.nlink, existsSync(join(first.copy, 'a'))]).toEqual([c?.ino, 2, false]);
    const second = await toldCopy(source, { exclude: ['a'], ifExists: 'update' });
    expect(second.how).toEqual({ b: 'skipped', c: 'skipped' });
  });

  test('links: one to a folder is no folder, unless it is followed', async () => {
    const source = makeTree([file('real/x'), { path: 'link', kind: 'link', target: 'real' }]);
    expect((await toldCopy(source, { exclude: ['link/'], dryRun: true })).how).toHaveProperty(
      'link',
      'linked',
    );
    const followed = await toldCopy(source, { exclude: ['link/'], dereference: true, dryRun: true });
    expect(Object.keys(followed.how)).toEqual(['real', 'real/x']);
  });

  test('-L: a dangling link that is excluded does not fail', async () => {
    const source = makeTree([
      file('x'),
      { path: 'gone.lnk', kind: 'link', target: 'nowhere' },
      { path: 'gone', kind: 'link', target: 'nowhere' },
    ]);
    const { how } = await toldCopy(source, { exclude: ['*.lnk'], dereference: true });
    expect(how).toEqual({ x: 'streamed', gone: 'ENOENT' });
  });

  test('--from: both must hold', async () => {
    const source = project();
    const list = join(dirname(source), 'list');
    writeFileSync(list, ['src/main.c', 'src/main.o', 'src/lib', 'gone.o'].map(path => `${path}\0`).join(''));
    const excluding = await toldCopy(source, { from: list, exclude: ['*.o'], dryRun: true });
    expect(Object.keys(excluding.how).sort()).toEqual(['src', 'src/lib', 'src/lib/util.c', 'src/main.c']);
    const including = await toldCopy(source, { from: list, include: ['util.*'], dryRun: true });
    expect(Object.keys(including.how).sort()).toEqual(['src', 'src/lib', 'src/lib/util.c', 'src/lib/util.o']);
    const folders = await toldCopy(source, { from: list, exclude: ['lib/'], dryRun: true });
    expect(Object.keys(folders.how).sort()).toEqual(['gone.o', 'src', 'src/main.c', 'src/main.o']);
  });

  test('-x: a folder on another file system is made where it is included, and else not', async context => {
    const source = makeTree([folder('mounted'), file('x.txt')]);
    const root = mountOrSkip(context, { type: 'tmpfs' });
    mkdirSync(join(root, 'bound'));
    makeTree([file('y.txt')], join(root, 'bound'));
    shell(source, `mount --bind '${root}/bound' mounted`);
    try {
      const options = { oneFileSystem: true, dryRun: true };
      expect((await toldCopy(source, { ...options, include: ['*.txt'] })).how).toEqual({
        'x.txt': 'streamed',
      });
      expect((await toldCopy(source, { ...options, include: ['mounted'] })).how).toEqual({ mounted: 'made' });
    } finally {
      shell(source, 'umount mounted');
    }
  });

  for (const dryRun of [false, true]) {
    test(`--if-exists skip: a folder that is not made takes nothing with it${dryRun ? ', dry' : ''}`, async () => {
      const source = makeTree([file('x/deep/er/a.jpg'), file('x/z/b.jpg'), file('y/c.jpg')]);
      const copy = beside(source, 'copy', [folder('x'), file('x/deep')]);
      const { how, report } = await toldCopy(source, { include: ['*.jpg'], ifExists: 'skip', dryRun }, copy);
      expect(how).toEqual({
        x: 'kept',
        'x/deep': 'skipped',
        'x/z': 'made',
        'x/z/b.jpg': 'streamed',
        y: 'made',
        'y/c.jpg': 'streamed',
      });
      expect(report).toMatchObject({ status: 0, files: 2, folders: 3, skipped: 1, left: 0 });
    });
  }

  test('folders: a link in the place of one that is entered late fails alone', async () => {
    const source = makeTree([file('x/deep/a.jpg'), file('y/c.jpg')]);
    const copy = beside(source, 'copy', []);
    shell(copy, 'ln -s /nowhere x');
    const { how } = await toldCopy(source, { include: ['*.jpg'], ifExists: 'skip' }, copy);
    expect(how).toEqual({ x: 'LINK_IN_THE_WAY', y: 'made', 'y/c.jpg': 'streamed' });
  });

  test.skipIf(!isRoot)('folders that cannot be read: told of, unless they are excluded', async () => {
    const source = makeTree([
      file('shut/a.jpg'),
      { ...folder('shut'), mode: '000' },
      file('open/shut/b.jpg'),
      { ...folder('open/shut'), mode: '000' },
      file('c.jpg'),
    ]);
    shell(dirname(source), 'chown -R 65534:65534 source; chmod 777 .');
    const nobody = { uid: 65534, gid: 65534 };
    const including = await commandCopy(source, ['--include', '*.jpg'], { ...nobody, copy: `${source}.jpg` });
    expect(including.status).toBe(1);
    expect(including.stderr.match(/EACCES/g)).toHaveLength(2);
    expect(readdirSync(`${source}.jpg`)).toEqual(['c.jpg']);
    const excluding = await commandCopy(source, ['--exclude', 'shut'], { ...nobody, copy: `${source}.all` });
    expect(excluding).toMatchObject({ status: 0, stderr: '' });
    expect(pathsIn(`${source}.all`)).toEqual(['c.jpg', 'open']);
  });
});

test('a folder that could be read only in part fails, also where nothing was found in it', () => {
  const folder = bytePath('a');
  const facts = stat('.');
  const failure = { code: 'EIO', message: 'broken' };
  const walk: Listed[] = [
    { kind: 'enter', folder, facts, skip: () => {} },
    { kind: 'leave', folder, failure },
  ];
  expect([...enteredLate(walk, () => true)]).toEqual([
    { kind: 'failed', path: folder, isFolder: true, failure },
  ]);
  expect([...enteredLate(walk, () => false)]).toEqual(walk);
});

test('paths that were asked for are not remembered for ever', () => {
  const filters = Filters.read(normalizeOptions({ exclude: ['*.log', '/build'] }));
  const before = process.memoryUsage().heapUsed;
  for (let n = 0; n < 1_000_000; n += 1) filters.isExcluded(bytePath(`folder-${n >> 8}/file-${n}`), false);
  expect(process.memoryUsage().heapUsed - before).toBeLessThan(100_000_000);
});

test('a tree thousands of folders deep, and many more names than are remembered', () => {
  const deep = 'd/'.repeat(8000);
  for (const options of [{ exclude: ['x*', '/d/y'] }, { include: ['x*', '/d/y'] }]) {
    const filters = Filters.read(normalizeOptions(options));
    const isExclude = 'exclude' in options;
    for (let end = 2; end <= deep.length; end += 2000) {
      expect(filters.isExcluded(bytePath(deep.slice(0, end - 1)), true)).toBe(false);
      expect(filters.isExcluded(bytePath(`${deep.slice(0, end)}x1`), false)).toBe(isExclude);
    }
    for (let n = 0; n < 25_000; n += 1) filters.isExcluded(bytePath(`${n}`), false);
    expect(filters.isExcluded(bytePath(`${deep}x`), false)).toBe(isExclude);
    expect(filters.isExcluded(bytePath('d/y'), false)).toBe(isExclude);
    expect(filters.isExcluded(bytePath(`${deep}y`), false)).toBe(!isExclude);
  }
});
