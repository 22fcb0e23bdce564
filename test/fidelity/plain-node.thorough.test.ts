import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, lstatSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { compareTrees } from '../helpers/compare-trees.js';
import { commandCopy, wholeCopy } from '../helpers/copies.js';
import { type FileSystem, mountOrSkip } from '../helpers/file-systems.js';
import { makeTree } from '../helpers/make-tree.js';
import { needs } from '../helpers/needs.js';
import { commandPath, runCommand } from '../helpers/run-command.js';
import { shell } from '../helpers/shell.js';
import { tracedCopy } from '../helpers/traced-copy.js';
import { describedTree, type TreeEntry } from '../helpers/tree-description.js';
import { treeSnapshot } from '../helpers/tree-snapshot.js';
import { withoutKoffi } from '../helpers/without-koffi.js';

// What is kept where the optional dependency cannot be reached.
describe('plain Node', () => {
  test('cannot reach the platform calls at all here: --xattrs always is refused, nothing is written', async () => {
    const source = makeTree([{ path: 'x', kind: 'file', content: 'x' }]);
    const { copy, ...result } = await commandCopy(source, ['--xattrs', 'always'], { env: withoutKoffi() });
    expect(result).toMatchObject({
      status: 2,
      stdout: '',
      stderr: expect.stringMatching(/^folder-copy: .*koffi.*\n$/),
    });
    expect(existsSync(copy)).toBe(false);
  });

  for (const name of ['odd-names', 'kinds-of-links', 'modes-and-times', 'holes', 'empty-folders']) {
    test(`keeps all that ${name}.json describes, times to the microsecond`, async () => {
      const source = makeTree(describedTree(name));
      const copy = await wholeCopy(source, [], { env: withoutKoffi() });
      expect(compareTrees(source, copy, { times: 'us' })).toEqual([]);
    });
  }

  const times = [
    '0',
    '1000',
    '999999000',
    '1700000000123456000',
    '1700000000999999000',
    '2200000000000001000',
    '-1000',
    '-999999000',
    '-1000000000',
    '-1234567890987654000',
    '-86400000001000',
    '-2000000000123457000',
  ];
  const timed = times.flatMap((mtime): TreeEntry[] => [
    { path: `file ${mtime}`, kind: 'file', content: 'x', mtime, atime: mtime },
    { path: `folder ${mtime}`, kind: 'folder', mtime, atime: mtime },
    { path: `link ${mtime}`, kind: 'link', target: 'x', mtime, atime: mtime },
  ]);
  test('keeps the microsecond, also before 1970, of files, folders and links, and then finds them up to date', async () => {
    const source = makeTree(timed);
    const copy = await wholeCopy(source, [], { env: withoutKoffi() });
    const seen = treeSnapshot(copy, { contents: false });
    const wrong = [...seen.values()].flatMap(({ path, stats }) => {
      const time = path.toString().split(' ')[1];
      const isKept = (found: bigint) => microsecond(found) === microsecond(BigInt(time ?? 0));
      return time === undefined || (isKept(stats.mtimeNs) && isKept(stats.atimeNs))
        ? []
        : [`${path}: ${stats.mtimeNs}, ${stats.atimeNs}`];
    });
    expect(wrong).toEqual([]);
    const again = await commandCopy(source, ['--if-exists', 'update'], { env: withoutKoffi() });
    expect(again.stdout).toContain(`${2 * times.length} skipped`);
  });

  /** The one that a time is in: later versions of Node leave a part of the nanoseconds on it. */
  const microsecond = (ns: bigint) => (ns - (((ns % 1000n) + 1000n) % 1000n)) / 1000n;

  test('keeps the microsecond of nanoseconds, before 1970 too, and then finds them up to date', async () => {
    const source = makeTree(
      ['1700000000123456789', '-1', '-1234567890987654321', '999'].map((mtime, n) => ({
        path: `${n}`,
        kind: 'file',
        content: 'x',
        mtime,
      })),
    );
    const copy = await wholeCopy(source, [], { env: withoutKoffi() });
    const mtime = (name: string) => microsecond(lstatSync(join(copy, name), { bigint: true }).mtimeNs);
    expect(['0', '1', '2', '3'].map(mtime)).toEqual([1700000000123456n, -1n, -1234567890987655n, 0n]);
    const again = await commandCopy(source, ['--if-exists', 'update'], { env: withoutKoffi() });
    expect(again.stdout).toContain('4 skipped');
  });

  test('looks for zeros where it cannot ask for holes: a copy takes no more room', async () => {
    const source = makeTree([
      { path: 'hole', kind: 'file', size: 50_000_000, data: [] },
      { path: 'leading', kind: 'file', size: 5_000_000, data: [[4_900_000, 100_000]] },
      {
        path: 'middle',
        kind: 'file',
        size: 5_000_001,
        data: [
          [0, 5],
          [5_000_000, 1],
        ],
      },
      { path: 'trailing', kind: 'file', size: 5_000_000, data: [[0, 5]] },
    ]);
    for (const chunk of ['1', '1000', '1m']) {
      const copy = await wholeCopy(source, ['--chunk-size', chunk], {
        env: withoutKoffi(),
        copy: join(dirname(source), chunk),
      });
      expect(compareTrees(source, copy, { times: 'us', holes: 0 })).toEqual([]);
    }
  });

  test('makes no FIFOs: they are skipped and counted, and failed entries with --strict', async () => {
    const source = makeTree([{ path: 'fifo', kind: 'fifo' }]);
    shell(source, 'ln fifo other');
    const counted = { status: 0, stdout: expect.stringContaining('2 skipped, not kept: 2 FIFOs') };
    const { copy, ...result } = await commandCopy(source, [], { env: withoutKoffi() });
    expect(result).toMatchObject(counted);
    expect(await commandCopy(source, ['--if-exists', 'update'], { env: withoutKoffi() })).toMatchObject(
      counted,
    );
    shell(source, 'rm other');
    expect(readdirSync(copy)).toEqual([]);
    const strict = await commandCopy(source, ['--strict'], { env: withoutKoffi() });
    expect(strict).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(/\/fifo: a FIFO cannot be made .*\(ENOSYS\)\n$/),
    });
  });

  test('leaves attributes behind, and a copy without them is whole', async () => {
    const source = makeTree([{ path: 'x', kind: 'file', content: 'x', xattrs: { 'user.note': 'kept' } }]);
    const copy = await wholeCopy(source, [], { env: withoutKoffi() });
    expect(compareTrees(source, copy, { times: 'us' })).toEqual([]);
    expect(shell(copy, 'getfattr -d x')).toBe('');
  });

  for (const [type, how] of [
    ['btrfs', 'cloned'],
    ['xfs', 'cloned'],
    ['ext4', 'streamed'],
  ] as const) {
    test(`on ${type}, files are ${how}`, async context => {
      const root = mountOrSkip(context, { type } satisfies FileSystem);
      const source = makeTree([{ path: 'big', kind: 'file', size: 300_000 }], join(root, 'source'));
      const result = await commandCopy(source, ['-v'], { env: withoutKoffi() });
      expect(result).toMatchObject({ status: 0, stderr: `${how} ${source}/big\n` });
      expect(compareTrees(source, result.copy, { times: 'us' })).toEqual([]);
    });
  }

  test('never gives a clone its set-id bits before its owner', needs('root', 'strace'), async context => {
    const root = mountOrSkip(context, { type: 'btrfs' });
    const source = makeTree(
      [{ path: 'x', kind: 'file', size: 300_000, mode: '4755', owner: { uid: 12, gid: 34 } }],
      join(root, 'source'),
    );
    makeTree([], join(root, 'copy'));
    const { calls, copy } = await tracedCopy(
      ['-e', 'trace=fchmod,fchown,ioctl'],
      [],
      source,
      join(root, 'copy'),
      withoutKoffi(),
    );
    const names = calls.flatMap(call => /\b(fchmod|fchown)\(/.exec(call)?.[1] ?? []);
    expect(names.slice(0, 1)).toEqual(['fchown']);
    expect(compareTrees(source, copy, { times: 'us' })).toEqual([]);
  });

  test('is what there is without /proc, as in some chroots, with koffi too', needs('root'), () => {
    const source = makeTree(describedTree('kinds-of-links'));
    const copy = join(dirname(source), 'copy');
    const command = `umount -l /proc; '${process.execPath}' '${commandPath}' '${source}' '${copy}'`;
    shell(dirname(source), `unshare -m sh -euc "${command}"`);
    expect(compareTrees(source, copy, { times: 'us' })).toEqual([]);
  });

  test('holds a destination against a run that has /proc where it has none', needs('root'), async () => {
    const source = makeTree([{ path: 'x', kind: 'file', size: 10_000_000 }]);
    const copy = join(dirname(source), 'copy');
    const command = `umount -l /proc; exec "$0" "$1" -q --bwlimit 100k "$2" "$3"`;
    const args = ['-m', 'sh', '-euc', command, process.execPath, commandPath, source, copy];
    const first = spawn('unshare', args, { stdio: 'ignore' });
    const ended = once(first, 'exit');
    await expect.poll(() => existsSync(`${copy}.partial/.folder-copy.claim`), { timeout: 20_000 }).toBe(true);
    const second = await runCommand([source, copy]);
    first.kill('SIGINT');
    await ended;
    expect(second).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('which cannot be seen from here'),
    });
  });

  test('copies as a user without rights', needs('root'), async () => {
    const env = withoutKoffi();
    chmodSync(dirname(env.NODE_OPTIONS?.slice('--require='.length) ?? ''), 0o755);
    const source = makeTree([
      { path: 'x', kind: 'file', content: 'x' },
      { path: 'shut', kind: 'file', content: 'x', mode: '000' },
    ]);
    shell(dirname(source), 'chmod 777 .');
    const result = await runCommand(['-q', source, join(dirname(source), 'copy')], {
      ...{ env, uid: 65534, gid: 65534 },
    });
    expect(result).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(/^folder-copy: \S*\/shut: .*\(EACCES\)\n$/),
    });
  });
});
