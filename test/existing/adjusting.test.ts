import { chmodSync, lchownSync, linkSync, lstatSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { compareTrees } from '../helpers/compare-trees.js';
import { commandCopy, toldCopy, wholeCopy } from '../helpers/copies.js';
import { makeTree } from '../helpers/make-tree.js';
import { needs } from '../helpers/needs.js';
import { shell } from '../helpers/shell.js';
import type { TreeEntry } from '../helpers/tree-description.js';
import { withoutKoffi } from '../helpers/without-koffi.js';

const tree: TreeEntry[] = [
  { path: 'file', kind: 'file', content: 'x', mode: '640' },
  { path: 'other', kind: 'file', content: 'y', mode: '600' },
  { path: 'link', kind: 'link', target: 'file' },
];

describe('--if-exists update, where only mode or owner differ', () => {
  test('the mode is put right without copying, a dry run says so, and then all is skipped', async () => {
    const source = makeTree(tree);
    const copy = await wholeCopy(source);
    chmodSync(join(copy, 'file'), 0o777);
    const { ino } = statSync(join(copy, 'file'));
    const wanted = { file: 'adjusted', other: 'skipped', link: 'skipped' };
    expect((await toldCopy(source, { ifExists: 'update', dryRun: true })).how).toEqual(wanted);
    expect(statSync(join(copy, 'file')).mode & 0o7777).toBe(0o777);
    const { how, report } = await toldCopy(source, { ifExists: 'update' });
    expect(how).toEqual(wanted);
    expect(report).toMatchObject({ files: 1, skipped: 2, bytes: 0, notKept: {} });
    expect(statSync(join(copy, 'file')).ino).toBe(ino);
    expect(compareTrees(source, copy)).toEqual([]);
    expect((await toldCopy(source, { ifExists: 'update' })).report).toMatchObject({ files: 0, skipped: 3 });
  });

  test('so it is without koffi, where nobody is told of each, with digests, and with a closed mode', async () => {
    const source = makeTree(tree);
    const copy = await wholeCopy(source);
    const runs: [args: string[], env: Record<string, string>][] = [
      [[], {}],
      [[], withoutKoffi()],
      [['--checksums', join(dirname(source), 'sums')], {}],
      [['--fsync'], {}],
    ];
    for (const [args, env] of runs) {
      chmodSync(join(copy, 'file'), 0o400);
      const { ino } = statSync(join(copy, 'file'));
      await wholeCopy(source, ['--if-exists', 'update', ...args], { env });
      expect(compareTrees(source, copy, { times: 'us' })).toEqual([]);
      expect(statSync(join(copy, 'file')).ino).toBe(ino);
    }
    expect(readFileSync(join(dirname(source), 'sums'), 'utf8')).toMatch(/ {2}file\n/);
  });

  test('a file that has another name outside is copied anew, and that name keeps its mode', async () => {
    const source = makeTree(tree);
    const copy = await wholeCopy(source);
    const snapshot = join(dirname(source), 'snapshot');
    linkSync(join(copy, 'file'), snapshot);
    chmodSync(snapshot, 0o444);
    expect((await toldCopy(source, { ifExists: 'update' })).how).toMatchObject({ file: 'streamed' });
    expect(statSync(snapshot).mode & 0o777).toBe(0o444);
    expect(compareTrees(source, copy)).toEqual([]);
  });

  test('several names in the source stay one file', async () => {
    const source = makeTree([...tree, { path: 'second', kind: 'hardlink', to: 'file' }]);
    const copy = await wholeCopy(source);
    chmodSync(join(copy, 'file'), 0o444);
    await wholeCopy(source, ['--if-exists', 'update']);
    expect(compareTrees(source, copy)).toEqual([]);
  });

  test('as root the owner is, of links too', needs('root'), async () => {
    const source = makeTree([...tree, { path: 'fifo', kind: 'fifo' }]);
    shell(source, 'chown -h 1234:2345 *; chmod 6755 file');
    const copy = await wholeCopy(source);
    const paths = ['file', 'link', 'fifo'];
    for (const path of paths) lchownSync(join(copy, path), 7, 8);
    const inodes = () => paths.map(path => lstatSync(join(copy, path)).ino);
    const before = inodes();
    expect((await toldCopy(source, { ifExists: 'update' })).how).toEqual({
      ...{ file: 'adjusted', link: 'adjusted', fifo: 'adjusted', other: 'skipped' },
    });
    expect(inodes()).toEqual(before);
    expect(compareTrees(source, copy)).toEqual([]);
  });

  test(
    'a file with attributes gets a new owner by a new copy: a changed owner takes capabilities away',
    needs('root'),
    async () => {
      const source = makeTree([{ path: 'file', kind: 'file', content: 'x', xattrs: { 'user.a': 'b' } }]);
      const copy = await wholeCopy(source);
      lchownSync(join(copy, 'file'), 7, 8);
      expect((await toldCopy(source, { ifExists: 'update' })).how).toEqual({ file: 'streamed' });
      expect(compareTrees(source, copy, { xattrs: true })).toEqual([]);
    },
  );

  test(
    'another user puts right what is theirs, and leaves alone what they cannot change',
    needs('root'),
    async () => {
      const source = makeTree(tree);
      shell(source, 'chmod 644 file other');
      shell(dirname(source), 'chmod 755 .');
      const copy = join(dirname(source), 'copy');
      shell(dirname(source), 'mkdir copy; chown 65534:65534 copy');
      const as = { uid: 65534, gid: 65534 };
      await commandCopy(source, ['-q'], as);
      chmodSync(join(copy, 'file'), 0o600);
      lchownSync(join(copy, 'other'), 0, 0);
      chmodSync(join(copy, 'other'), 0o604);
      const { status, stdout, stderr } = await commandCopy(source, ['--if-exists', 'update'], as);
      expect([status, stdout]).toEqual([0, expect.stringMatching(/^1 file, .*, 2 skipped/)]);
      expect(stderr).toMatch(/^folder-copy: the owner or group of \d entries was not kept/);
      expect(statSync(join(copy, 'file')).mode & 0o777).toBe(0o644);
      expect(statSync(join(copy, 'other')).mode & 0o777).toBe(0o604);
    },
  );
});
