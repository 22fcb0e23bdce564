import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { compareTrees } from '../helpers/compare-trees.js';
import { commandCopy, isRoot, toldCopy } from '../helpers/copies.js';
import { makeTree } from '../helpers/make-tree.js';
import { shell } from '../helpers/shell.js';
import type { TreeEntry } from '../helpers/tree-description.js';
import { treeSnapshot } from '../helpers/tree-snapshot.js';
import { files, trees } from './max-delete-scene.js';

describe('--delete alone', () => {
  const refused: [title: string, source: TreeEntry[], copy: TreeEntry[], args: string[], says: RegExp][] = [
    ['an empty source', [], files('a', 'b/c'), [], /source: is empty, .* is its disk mounted\? /],
    [
      'a destination that has no name of the source',
      files('a', 'b/c'),
      files('x', 'y/b'),
      [],
      /copy: has no name in common with .*source, .* is it the right folder\? /,
    ],
    ['the same in a dry run', files('a'), files('x'), ['-n'], /copy: has no name in common/],
  ];
  for (const [title, from, to, args, says] of refused) {
    test(`refuses ${title}, and --max-delete 100% does it`, async () => {
      const { source, copy } = trees(from, to);
      const before = treeSnapshot(dirname(source));
      const { status, stderr } = await commandCopy(source, ['--delete', ...args]);
      expect(stderr).toMatch(says);
      expect(stderr).toMatch(/add --max-delete 100% \(TOO_MANY_DELETIONS\)\n$/);
      expect(status).toBe(2);
      expect(compareTrees(before, treeSnapshot(dirname(source)))).toEqual([]);
      expect(await commandCopy(source, ['--delete', '--max-delete', '100%'])).toMatchObject({
        status: 0,
      });
      expect(readdirSync(copy)).toEqual(readdirSync(source));
    });
  }

  const allowed: [title: string, source: TreeEntry[], copy: TreeEntry[], args: string[], left: string[]][] = [
    ['an empty source and an empty destination', [], [], [], []],
    ['an empty destination', files('a'), [], [], ['a']],
    ['one common name, which is excluded', files('a', 'b'), files('b', 'c'), ['--exclude', 'b'], ['a', 'b']],
    ['one common name, of whatever kind', files('a', 'b'), files('a/x', 'c'), [], ['a', 'b']],
    [
      'nothing in common, where all that stands there is excluded',
      files('a'),
      files('x'),
      ['--exclude', 'x'],
      ['a', 'x'],
    ],
  ];
  for (const [title, from, to, args, left] of allowed) {
    test(`goes on with ${title}`, async () => {
      const { source, copy } = trees(from, to);
      expect(await commandCopy(source, ['--delete', ...args])).toMatchObject({ status: 0, stderr: '' });
      expect(readdirSync(copy)).toEqual(left);
    });
  }

  test('needs no brake where nothing stands, and none where nothing is deleted', async () => {
    const source = makeTree([]);
    expect(await commandCopy(source, ['--delete'])).toMatchObject({ status: 0 });
    const { source: other, copy } = trees([], files('a'));
    expect(await commandCopy(other)).toMatchObject({ status: 0 });
    expect(readdirSync(copy)).toEqual(['a']);
  });
});

describe('--max-delete', () => {
  test('counts what goes for a file that a full folder stands in the way of, before it goes', async () => {
    const { source, copy } = trees(files('same', 'file'), files('same', 'file/1', 'file/2', 'old'));
    for (const dryRun of [true, false]) {
      const { how, report, events } = await toldCopy(source, { delete: true, maxDelete: 3, dryRun });
      expect(how).toEqual({ same: 'streamed', file: 'ENOTEMPTY', '': 'TOO_MANY_DELETIONS' });
      expect(report).toMatchObject({ status: 1, deleted: 0, failed: 1 });
      expect(events.find(event => event.type === 'error' && event.path === '')).toMatchObject({
        message: expect.stringContaining('4 of 5 entries'),
      });
    }
    expect(readdirSync(join(copy, 'file'))).toEqual(['1', '2']);
    const { how, report } = await toldCopy(source, { delete: true, maxDelete: 4 });
    expect(how).toEqual({ same: 'streamed', file: 'streamed' });
    expect(report).toMatchObject({ status: 0, deleted: 4 });
    expect(compareTrees(source, copy)).toEqual([]);
  });

  test('what is excluded stays, does not count as going, and counts as held', async () => {
    const { source, copy } = trees(
      files('same'),
      files('same', 'old', 'kept.log', 'sub/kept.log', 'sub/old'),
    );
    const options = { delete: true, exclude: ['*.log'] };
    const { how } = await toldCopy(source, { ...options, maxDelete: '32%' });
    expect(how['']).toBe('TOO_MANY_DELETIONS');
    expect((await toldCopy(source, { ...options, maxDelete: '34%' })).report).toMatchObject({
      status: 0,
      deleted: 2,
    });
    expect(readdirSync(copy)).toEqual(['kept.log', 'same', 'sub']);
  });

  test('where it cannot be told what would go, nothing does', async () => {
    const closed: TreeEntry = { path: 'closed', kind: 'folder', mode: '000' };
    const { source, copy } = trees(files('same'), [...files('same', 'closed/old'), closed]);
    const as = isRoot ? { uid: 65534, gid: 65534 } : {};
    if (isRoot) shell(dirname(source), 'chown -R 65534:65534 .; chmod 755 .');
    const { status, stderr } = await commandCopy(source, ['--delete', '--max-delete', '100'], as);
    expect([status, stderr]).toEqual([1, expect.stringMatching(/copy\/closed: .* \(EACCES\)\n$/)]);
    expect(readdirSync(copy)).toEqual(['closed', 'same']);
  });

  const wrong = ['-1', '1.5', '101%', '10 %', '1k', '%', ''];
  for (const limit of wrong) {
    test(`refuses ${JSON.stringify(limit)}`, async () => {
      const { source } = trees(files('a'), files('a'));
      const { status, stderr } = await commandCopy(source, ['--delete', `--max-delete=${limit}`]);
      expect(stderr).toMatch(
        /^folder-copy: .*--max-delete.* It takes a whole number of entries, or a share from 0% to 100%\.\n$/,
      );
      expect(status).toBe(2);
    });
  }

  test('refuses to be given without --delete', async () => {
    const { source } = trees(files('a'), files('a'));
    const { status, stderr } = await commandCopy(source, ['--max-delete', '1']);
    expect([status, stderr]).toEqual([
      2,
      'folder-copy: max-delete is a limit for delete; add delete, or leave it out\n',
    ]);
  });
});
