import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { commandCopy, toldCopy } from '../helpers/copies.js';
import { checkAccounts, eventsOf } from '../helpers/events.js';
import { makeTree } from '../helpers/make-tree.js';
import { startCommand } from '../helpers/run-command.js';
import type { TreeEntry } from '../helpers/tree-description.js';
import { type TreeSnapshot, treeSnapshot } from '../helpers/tree-snapshot.js';
import { old, tree } from './dry-run-trees.js';

/** All that a write would change: inode, content, times of content and of the entry itself. */
function marks(snapshot: TreeSnapshot): string[] {
  return [...snapshot].map(([path, { stats, digest }]) => {
    const { ino, mode, nlink, size, mtimeNs, ctimeNs } = stats;
    return [path, ino, mode, nlink, size, mtimeNs, ctimeNs, digest].join(' ');
  });
}

const lines = (text: string) => text.trimEnd().split('\n').sort();

/** What a dry run says that it would do, as a run says that it has done it. */
const DONE: Readonly<Record<string, string>> = {
  copy: 'streamed',
  link: 'linked',
  make: 'made',
  keep: 'kept',
  skip: 'skipped',
  delete: 'deleted',
};
const asDone = (text: string) => text.replace(/^would (\w+)/gm, (_, verb: string) => DONE[verb] ?? verb);

/** Of which a slow run of one worker has soon finished some, and never all. */
const many: TreeEntry[] = Array.from({ length: 100 }, (_, n) => ({
  path: `${n}`,
  kind: 'file',
  size: 100_000,
}));
const slowly = ['-v', '--workers', '1', '--bwlimit', '150k'];

describe('-n', () => {
  const runs: [title: string, standing: TreeEntry[] | undefined, args: string[], told: string[]][] = [
    [
      'no destination',
      undefined,
      [],
      [
        ...['made folder', 'made made', 'made made/fifo', 'linked folder/link', 'linked folder/second'],
        ...['streamed new', 'streamed same', 'streamed changed'],
      ],
    ],
    [
      'a destination, with --if-exists update',
      old,
      ['--if-exists', 'update', '--delete'],
      [
        ...['kept folder', 'made made', 'made made/fifo', 'linked folder/link', 'linked folder/second'],
        ...['streamed new', 'skipped same', 'streamed changed', 'deleted extra', 'deleted extra/file'],
      ],
    ],
  ];
  for (const [title, standing, args, told] of runs) {
    test(`tells what would be done and writes nothing: ${title}`, async () => {
      const source = makeTree(tree);
      const scratch = dirname(source);
      if (standing !== undefined) makeTree(standing, join(scratch, 'copy'));
      const before = marks(treeSnapshot(scratch));
      const files = ['--failed', join(scratch, 'failed'), '--checksums', join(scratch, 'sums')];
      const { status, stderr, stdout } = await commandCopy(source, ['-n', '-v', ...files, ...args]);
      expect(status).toBe(0);
      // A linked pair may be met in either order.
      expect(lines(stderr).filter(line => !line.startsWith('would '))).toEqual([]);
      const said = asDone(stderr).replaceAll(`${source}/`, '').replace('linked new', 'linked folder/second');
      expect(lines(said.replace('streamed folder/second', 'streamed new'))).toEqual([...told].sort());
      expect(stdout).toMatch(/^dry run: \d+ files, /);
      expect(marks(treeSnapshot(scratch))).toEqual(before);
    });
  }

  const inTheWay: [title: string, args: string[]][] = [
    ['without --delete: it stays', []],
    ['with --delete: it goes', ['--delete']],
    ['with --delete, and something excluded in it: it stays', ['--delete', '--exclude', 'precious']],
  ];
  for (const [title, args] of inTheWay) {
    test(`tells of a filled folder in a file's place what the copy tells, ${title}`, async () => {
      const source = makeTree([
        { path: 'file', kind: 'file', content: 'x' },
        { path: 'other', kind: 'file', content: 'x' },
      ]);
      const copy = makeTree(
        [{ path: 'file/precious', kind: 'file', content: 'y' }],
        join(dirname(source), 'copy'),
      );
      const before = marks(treeSnapshot(copy));
      const dry = await commandCopy(source, ['-n', '-v', ...args]);
      expect(marks(treeSnapshot(copy))).toEqual(before);
      const real = await commandCopy(source, ['-v', ...args]);
      expect({ status: dry.status, told: lines(asDone(dry.stderr)) }).toEqual({
        status: real.status,
        told: lines(real.stderr.replace(/^cloned/gm, 'streamed')),
      });
    });
  }

  for (const args of [['--if-exists', 'error'], [], ['--delete']]) {
    test(`tells of what fails, or is in the way, in a folder below the root: ${args.join(' ')}`, async () => {
      const source = makeTree([{ path: 'm/f', kind: 'file', content: '2' }]);
      const isInTheWay = args[0] !== '--if-exists';
      const path = isInTheWay ? 'm/f/precious' : 'm/f';
      makeTree([{ path, kind: 'file', content: '1' }], join(dirname(source), 'copy'));
      const tell = async (...more: string[]) => {
        const { status, stdout } = await commandCopy(source, [...more, '--progress', 'json', ...args]);
        const events = eventsOf(stdout);
        checkAccounts(events);
        const paths = events.flatMap(event => ('path' in event ? [`${event.type} ${event.path}`] : []));
        return { status, told: paths.sort() };
      };
      expect(await tell('-n')).toEqual(await tell());
    });
  }

  test('tells what --delete would remove', async () => {
    const source = makeTree(tree);
    const copy = makeTree(old, join(dirname(source), 'copy'));
    const { events, report } = await toldCopy(source, { dryRun: true, delete: true }, copy);
    const deleted = events.flatMap(event => (event.type === 'deleted' ? [event.path] : []));
    expect(deleted.sort()).toEqual(['extra', 'extra/file']);
    expect(report).toMatchObject({ deleted: 2, failed: 0, left: 0 });
  });

  test('goes by a .partial where one stands, and leaves it as it is', async () => {
    const source = makeTree(many);
    const copy = join(dirname(source), 'copy');
    const first = startCommand([...slowly, source, copy]);
    await first.sees(/streamed .*\n/);
    first.child.kill('SIGTERM');
    expect(await first.finished).toMatchObject({ signal: 'SIGTERM' });
    const before = marks(treeSnapshot(dirname(source)));
    const { how } = await toldCopy(source, { dryRun: true });
    expect(new Set(Object.values(how))).toEqual(new Set(['skipped', 'streamed']));
    expect(marks(treeSnapshot(dirname(source)))).toEqual(before);
    expect(existsSync(copy)).toBe(false);
    expect(readdirSync(`${copy}.partial`)).toContain('.folder-copy.mark');
  });

  test('does not believe what an earlier run left under other options, as the copy does not', async () => {
    const source = makeTree(many);
    const first = startCommand([...slowly, source, join(dirname(source), 'copy')]);
    await first.sees(/streamed .*\n/);
    first.child.kill('SIGTERM');
    const [, finished = ''] = /streamed .*\/(\d+)\n/.exec((await first.finished).stderr) ?? [];
    expect((await toldCopy(source, { dryRun: true })).how[finished]).toBe('skipped');
    expect((await toldCopy(source, { dryRun: true, strict: true })).how[finished]).toBe('streamed');
  });

  const refused: [title: string, standing: TreeEntry[], at: string][] = [
    ['a .partial of somebody else', [{ path: 'file', kind: 'file', content: '' }], 'copy.partial'],
    ['a destination that is no folder', [{ path: 'copy', kind: 'file', content: '' }], '.'],
  ];
  for (const [title, standing, at] of refused) {
    test(`refuses what the copy would refuse: ${title}`, async () => {
      const source = makeTree(tree);
      makeTree(standing, join(dirname(source), at));
      expect(await commandCopy(source, ['-n'])).toMatchObject({ status: 2, stdout: '' });
    });
  }
});
