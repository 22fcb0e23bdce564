import { statSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Facts } from '../../src/files/facts.js';
import { compareFacts } from '../../src/rules/compare-facts.js';
import { isRoot, wholeCopy } from '../helpers/copies.js';
import { mountOrSkip } from '../helpers/file-systems.js';
import { makeTree } from '../helpers/make-tree.js';
import { randomTree } from '../helpers/random-tree.js';
import {
  type CommandOptions,
  type CommandResult,
  commandPath,
  runCommand,
  startCommand,
} from '../helpers/run-command.js';
import { shell } from '../helpers/shell.js';
import { canTrace, tracedCopy } from '../helpers/traced-copy.js';
import type { TreeEntry } from '../helpers/tree-description.js';
import { treeSnapshot } from '../helpers/tree-snapshot.js';

const mtime = '1234567890123456789';
const root: TreeEntry = { path: '.', kind: 'folder', mtime };

interface Checked extends CommandResult {
  /** the lines of standard output, sorted: workers answer in any order */
  differences: string[];
}

async function checked(
  source: string,
  copy: string,
  args: readonly string[] = [],
  options: CommandOptions = {},
): Promise<Checked> {
  const result = await runCommand(['--check', ...args, source, copy], options);
  return { ...result, differences: result.stdout.split('\n').filter(Boolean).sort() };
}

/** Two trees beside each other, both with the same time at their roots unless told otherwise. */
function twoTrees(entries: TreeEntry[], others: TreeEntry[]): [source: string, copy: string] {
  const source = makeTree([...entries, root]);
  return [source, makeTree([...others, root], join(dirname(source), 'copy'))];
}

/** Of each kind one entry, what is done to its copy, and the line that tells of it. */
const mutations: [title: string, entries: TreeEntry[], change: string, line: string][] = [
  ['a missing file', [file('victims/gone')], 'rm victims/gone', 'missing victims/gone'],
  [
    'a missing folder, in one line',
    [file('victims/away/deep/file'), folder('victims/away/deep'), folder('victims/away')],
    'rm -r victims/away',
    'missing victims/away',
  ],
  ['an extra file', [], 'touch victims/new', 'extra victims/new'],
  ['an extra folder, in one line', [], 'mkdir -p victims/more/deep/er', 'extra victims/more'],
  [
    'another kind',
    [file('victims/kind')],
    'rm victims/kind; mkdir victims/kind',
    'kind victims/kind: file -> folder',
  ],
  [
    'another kind of what was a folder',
    [file('victims/shut/file'), folder('victims/shut')],
    'rm -r victims/shut; ln -s . victims/shut',
    'kind victims/shut: folder -> link',
  ],
  [
    'another size',
    [file('victims/size')],
    'printf longer >victims/size; touch -d @1234567890.123456789 victims/size',
    'size victims/size: 5 -> 6',
  ],
  [
    'another time, by a nanosecond',
    [file('victims/time')],
    'touch -d @1234567890.123456790 victims/time',
    'time victims/time: 2009-02-13T23:31:30.123456789Z -> 2009-02-13T23:31:30.123456790Z',
  ],
  [
    'another time of a folder',
    [folder('victims/older')],
    'touch -d @-1.5 victims/older',
    'time victims/older: 2009-02-13T23:31:30.123456789Z -> 1969-12-31T23:59:58.500000000Z',
  ],
  [
    'another time of a link',
    [link('victims/link', 'nowhere')],
    'touch -h -d @0 victims/link',
    'time victims/link: 2009-02-13T23:31:30.123456789Z -> 1970-01-01T00:00:00.000000000Z',
  ],
  ['another mode', [file('victims/mode')], 'chmod 4640 victims/mode', 'mode victims/mode: 644 -> 4640'],
  [
    'another mode of a FIFO',
    [{ path: 'victims/fifo', kind: 'fifo', mtime, mode: '600' }],
    'chmod 644 victims/fifo',
    'mode victims/fifo: 600 -> 644',
  ],
  [
    'another link target',
    [link('victims/target', 'one')],
    'ln -sfn "two\n" victims/target; touch -h -d @1234567890.123456789 victims/target',
    'target victims/target: one -> two\\n',
  ],
  [
    'a hard link that has become a file of its own',
    [file('victims/first'), { path: 'victims/second', kind: 'hardlink', to: 'victims/first' }],
    'cp -p victims/first victims/x; mv victims/x victims/first',
    'links victims/second: linked to victims/first -> not linked',
  ],
  [
    'two files that have become one',
    [file('victims/own'), file('victims/owned')],
    'ln -f victims/own victims/owned',
    'links victims/owned: not linked -> linked to victims/own',
  ],
  ...(isRoot
    ? ([
        [
          'another owner',
          [file('victims/owner')],
          'chown 1:2 victims/owner',
          'owner victims/owner: 0:0 -> 1:2',
        ],
      ] as [string, TreeEntry[], string, string][])
    : []),
];

const victims: TreeEntry[] = [...mutations.flatMap(([, entries]) => entries), folder('victims')];

function file(path: string): TreeEntry {
  return { path, kind: 'file', content: 'short', mtime, mode: '644' };
}

function folder(path: string): TreeEntry {
  return { path, kind: 'folder', mtime };
}

function link(path: string, target: string): TreeEntry {
  return { path, kind: 'link', target, mtime };
}

const same = `touch -d @1234567890.123456789 victims .`;

/** Which of two names is met first is up to the walk. */
function inEitherOrder(lines: string[]): string[] {
  return lines
    .map(line =>
      line.replace(/^links (\S+): (.*)linked to (\S+)(.*)$/, (whole, path, before, other, after) =>
        path < other ? `links ${other}: ${before}linked to ${path}${after}` : whole,
      ),
    )
    .sort();
}

describe('--check tells, in one line,', () => {
  for (const [title, , change, line] of mutations) {
    test(`${title}`, async () => {
      const [source, copy] = twoTrees(victims, victims);
      shell(copy, `${change}\n${same}`);
      const { status, differences, stderr } = await checked(source, copy);
      expect(inEitherOrder(differences)).toEqual([line]);
      expect(status).toBe(1);
      expect(stderr).toMatch(/^1 difference, \d+ files, \d+ folders compared in .* -> .*copy\n$/);
    });
  }
});

describe('--check and a real copy', () => {
  test('are of one mind on random trees; of each change afterwards it has exactly its line', async () => {
    await fc.assert(
      fc.asyncProperty(randomTree(), async entries => {
        const source = makeTree([...entries, ...victims]);
        const copy = await wholeCopy(source, ['-q']);
        expect(await checked(source, copy, ['--verify', '-w', '2'])).toMatchObject({ status: 0, stdout: '' });
        const rootTime = statSync(source, { bigint: true }).mtimeNs;
        shell(copy, mutations.map(([, , change]) => change).join('\n'));
        shell(copy, `touch -d @1234567890.123456789 victims; touch -d @${seconds(rootTime)} .`);
        const { status, differences } = await checked(source, copy, ['--verify']);
        expect(inEitherOrder(differences)).toEqual(mutations.map(([, , , line]) => line).sort());
        expect(status).toBe(1);
      }),
      { numRuns: 5, seed: 20261123 },
    );
  });

  test('leave sockets, devices and what is left of a run alone', async () => {
    const [source, copy] = twoTrees([{ path: 'socket', kind: 'socket' }], [file('.folder-copy.claim')]);
    const { status, stdout, stderr } = await checked(source, copy);
    expect({ status, stdout }).toEqual({ status: 0, stdout: '' });
    expect(stderr).toMatch(/^no differences, 0 files, .*, 1 skipped -> /);
  });
});

test('times are the same that the destination cannot tell apart', () => {
  const at = (seconds: number, nanoseconds: number) =>
    new Facts(0, 1, 0, 1, 0o100644, 1, 0, 0, 0, 0, 0, 0, seconds, nanoseconds, 0, 0);
  const rounded = [at(1_234_567_890, 0), at(1_234_567_891, 999_999_999)] as const;
  expect(compareFacts(rounded[1], rounded[0], 2_000_000_000)).toEqual([]);
  expect(compareFacts(at(1_234_567_892, 0), rounded[0], 2_000_000_000)).toMatchObject([{ kind: 'time' }]);
  expect(compareFacts(at(1, 999), at(1, 900), 100)).toEqual([]);
  expect(compareFacts(at(1, 999), at(1, 899), 100)).toMatchObject([{ kind: 'time' }]);
});

function seconds(timeNs: bigint): string {
  return `${timeNs / 1_000_000_000n}.${String(timeNs % 1_000_000_000n).padStart(9, '0')}`;
}

describe('--check --verify', () => {
  /** Changes one byte, and nothing that can be seen from outside. */
  const flip = (copy: string, path: string, at: number) =>
    shell(
      copy,
      `printf X | dd of='${path}' bs=1 seek=${at} conv=notrunc status=none; touch -d @1234567890.123456789 '${path}'`,
    );

  for (const chunkSize of ['1', '1024', '1m']) {
    test(`finds a byte that differs under the same size and time, in chunks of ${chunkSize}`, async () => {
      const size = chunkSize === '1' ? 5000 : 3_000_001;
      const entries: TreeEntry[] = [{ path: 'big', kind: 'file', size, mtime }, file('small')];
      const [source, copy] = twoTrees(entries, entries);
      const args = ['--chunk-size', chunkSize];
      expect(await checked(source, copy, [...args, '--verify'])).toMatchObject({ status: 0, stdout: '' });
      flip(copy, 'big', size - 2);
      flip(copy, 'small', 0);
      expect(await checked(source, copy, args)).toMatchObject({ status: 0, stdout: '' });
      const { status, differences } = await checked(source, copy, [...args, '--verify']);
      expect({ status, differences }).toEqual({
        status: 1,
        differences: [`content big: at byte ${size - 2}`, 'content small: at byte 0'],
      });
    });
  }

  test('reads holes too, and finds what stands where the other file has one', async () => {
    const size = 2 * 1024 ** 3;
    const [source, copy] = twoTrees([], []);
    for (const tree of [source, copy]) {
      writeFileSync(join(tree, 'sparse'), 'data');
      truncateSync(join(tree, 'sparse'), size);
    }
    shell(dirname(source), 'touch -d @1234567890.123456789 */sparse source copy');
    expect(await checked(source, copy, ['--verify'])).toMatchObject({ status: 0, stdout: '' });
    flip(copy, 'sparse', size / 2);
    const { stdout } = await checked(source, copy, ['--verify']);
    expect(stdout).toBe(`content sparse: at byte ${size / 2}\n`);
  });
});

describe('--check obeys', () => {
  const entries = [
    file('keep.txt'),
    file('a/one.txt'),
    file('a/one.tmp'),
    file('b/two.txt'),
    folder('a'),
    folder('b'),
  ];
  const obeyed: [args: string[], change: string, lines: string[]][] = [
    [['--exclude', '*.tmp'], 'rm a/one.tmp; touch b/new.tmp', []],
    [['--exclude', '*.tmp'], 'rm a/one.txt; touch b/new.txt', ['extra b/new.txt', 'missing a/one.txt']],
    [['--exclude', '/a/'], 'rm -r a; mkdir c', ['extra c']],
    [['--include', '*.txt'], 'rm a/one.tmp; touch b/x.tmp; mkdir c; touch c/x.tmp', []],
    [['--include', '*.txt'], 'mkdir -p c/d; touch c/d/x.txt a/y.txt', ['extra a/y.txt', 'extra c/d/x.txt']],
    [['--include', '*.tmp'], 'rm -r b a', ['missing a']],
    [['--include', '*.tmp'], 'touch b/x.tmp; rm keep.txt', ['extra b/x.tmp']],
    [['--include', '/a/'], 'touch a/new; mkdir a/folder; touch b/new', ['extra a/folder', 'extra a/new']],
    [['--ignore-file', 'patterns'], 'rm a/one.tmp', []],
    [['--from', 'names'], 'rm -r b; touch new a/new', ['extra a/new']],
    [['--from', 'names'], 'rm keep.txt a/one.txt', ['missing a/one.txt', 'missing keep.txt']],
  ];
  for (const [args, change, lines] of obeyed) {
    test(`${args.join(' ')}, where one has done: ${change}`, async () => {
      const [source, copy] = twoTrees(entries, entries);
      writeFileSync(join(dirname(source), 'patterns'), '*.tmp\n');
      writeFileSync(join(dirname(source), 'names'), 'keep.txt\0a\0');
      shell(copy, `${change}\ntouch -d @1234567890.123456789 . $(ls -d a b 2>/dev/null)`);
      const { differences } = await checked(source, copy, args, { cwd: dirname(source) });
      expect(differences).toEqual(lines);
    });
  }

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

  test('-x: what is in a folder on another file system is not missed', async context => {
    const mount = mountOrSkip(context, { type: 'tmpfs' });
    const source = dirname(mount);
    makeTree([file('here'), file('root/there')], source);
    const copy = await wholeCopy(source, ['-x', '-q'], { copy: join(makeTree([]), 'copy') });
    expect(await checked(source, copy, ['-x'])).toMatchObject({ status: 0, stdout: '' });
    shell(
      copy,
      'touch -r root mark; touch root/new; touch -r mark root; rm mark; touch -r "$SOURCE" .'.replace(
        '$SOURCE',
        source,
      ),
    );
    expect(await checked(source, copy, ['-x'])).toMatchObject({ status: 0, stdout: '' });
    expect((await checked(source, copy)).differences).toEqual(['extra root/new', 'missing root/there']);
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
      expect(stderr).toMatch(/^folder-copy: option '--check' cannot be used with option '.*'\n$/);
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

  test('the kernel is asked for nothing that writes, by any process', async context => {
    if (!canTrace) context.skip();
    const source = makeTree(entries);
    const scratch = dirname(source);
    const copy = makeTree([file('differs'), file('extra'), folder('folder')], join(scratch, 'copy'));
    const { calls, status } = await tracedCopy(
      ['-e', 'trace=%file,%desc'],
      ['--check', '--verify'],
      source,
      copy,
    );
    expect(status).toBe(1);
    const writing =
      /\b(O_WRONLY|O_RDWR|O_CREAT|O_TRUNC|(mk|rm|un|re|ch|f?trunc|sym|utime|link|f?set|f?ch)\w*\()/;
    const ours = calls.filter(call => call.includes(scratch));
    expect(ours.length).toBeGreaterThan(20);
    expect(ours.filter(call => writing.test(call.replace(/readlink\w*\(/, '')))).toEqual([]);
  });
});

describe('--check goes to its end', () => {
  const many: TreeEntry[] = Array.from({ length: 60 }, (_, n) => ({
    path: `${n % 7}/${n}`,
    kind: 'file',
    size: 50_000,
    mtime,
  }));

  test('with a worker that is killed, and misses nothing', async () => {
    const source = makeTree(many);
    const copy = await wholeCopy(source, ['-q']);
    shell(copy, 'rm 3/3');
    const run = startCommand(['--check', '--verify', '--bwlimit', '1m', source, copy]);
    await run.sees(/time 3/);
    await delay(300);
    const [worker] = run.descendants();
    if (worker === undefined) throw new Error('there is no worker');
    process.kill(worker, 'SIGKILL');
    const { status, stdout, stderr } = await run.finished;
    expect({ status, lines: stdout.split('\n').sort() }).toEqual({
      status: 1,
      lines: ['', 'missing 3/3', expect.stringMatching(/^time 3: /)],
    });
    expect(stderr).toMatch(/^2 differences, 60 files, 7 folders compared/);
  });

  for (const [signal, status] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const) {
    test(`at ${signal}, with status ${status} and no process left`, async () => {
      const source = makeTree(many);
      const copy = await wholeCopy(source, ['-q']);
      shell(copy, 'rm 0/0');
      const run = startCommand(['--check', '--verify', '--bwlimit', '1m', source, copy]);
      await run.sees(/missing/);
      run.child.kill(signal);
      const { status: got, stderr } = await run.finished;
      expect(got).toBe(status);
      expect(stderr).toMatch(
        new RegExp(`stopped before everything was compared \\(${signal}\\)\n.* not reached -> `),
      );
      expect(run.processes()).toEqual([]);
    });
  }

  test('where the reader has gone, quietly', async () => {
    const [source, copy] = twoTrees([], []);
    shell(copy, 'seq 3000 | xargs touch');
    const run = startCommand(['--check', source, copy]);
    run.child.stdout?.destroy();
    expect(await run.finished).toMatchObject({ status: 141, stderr: '' });
  });

  test('where the reader is slow, with every line', async () => {
    const [source, copy] = twoTrees([], []);
    shell(
      copy,
      'seq 20000 | sed s/^/an-extra-file-with-a-very-long-name-so-that-the-pipe-is-full-soon-/ | xargs touch; touch -d @1234567890.123456789 .',
    );
    const run = startCommand(['--check', source, copy]);
    run.child.stdout?.pause();
    await delay(700);
    run.child.stdout?.resume();
    const { stdout, status } = await run.finished;
    expect(status).toBe(1);
    expect(new Set(stdout.split('\n')).size).toBe(20_001);
  });

  test('in a big folder, with one missing and one extra', async () => {
    const [source, copy] = twoTrees([], []);
    shell(source, 'seq 10000 | xargs touch -d @0; touch -d @1234567890.123456789 .');
    shell(copy, 'seq 10000 | xargs touch -d @0; rm 777; touch x; touch -d @1234567890.123456789 .');
    const { differences, stderr } = await checked(source, copy);
    expect(differences).toEqual(['extra x', 'missing 777']);
    expect(stderr).toMatch(/^2 differences, 10000 files, 0 folders/);
  });

  test.skipIf(process.platform === 'win32')('with 64 open files allowed', async () => {
    const [source] = twoTrees([], []);
    const grow =
      'for a in 1 2 3 4 5 6; do for b in 1 2 3 4 5 6; do mkdir -p $a/$b/c/d/e; touch $a/$b/c/d/e/f; done; done';
    shell(source, grow);
    shell(dirname(source), 'cp -a source/. copy');
    const command = `ulimit -n 64; exec '${process.execPath}' '${commandPath}' --check --verify -w 5 source copy 2>&1`;
    expect(shell(dirname(source), command)).toMatch(/^no differences, 36 files, 150 folders compared/);
  });

  test('with names that no terminal should see, escaped', async () => {
    const name = { latin1: 'new\nline \xff' };
    const [source, copy] = twoTrees([{ path: name, kind: 'file', content: '' }], []);
    expect((await checked(source, copy)).stdout).toBe('missing new\\nline \\xff\n');
  });
});

describe.skipIf(!isRoot)('--check by a user without rights', () => {
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
