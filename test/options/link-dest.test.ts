import { lchownSync, readFileSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { compareTrees } from '../helpers/compare-trees.js';
import { commandCopy, toldCopy, wholeCopy } from '../helpers/copies.js';
import { makeTree } from '../helpers/make-tree.js';
import { needs } from '../helpers/needs.js';
import { treeCalls } from '../helpers/platform-calls.js';
import { memory, scratchFolder } from '../helpers/scratch-folder.js';
import { shell } from '../helpers/shell.js';
import type { TreeEntry } from '../helpers/tree-description.js';
import { treeSnapshot } from '../helpers/tree-snapshot.js';
import { isLinked, linked, scene } from './link-dest-scene.js';

describe('--link-dest', () => {
  test('links what is the same in the earlier copy, and copies the rest; a dry run says so', async () => {
    const { source, snapshot } = await scene();
    const before = treeSnapshot(snapshot);
    for (const dryRun of [true, false]) {
      const { how, report } = await toldCopy(source, { linkDest: [snapshot], dryRun });
      expect(how).toEqual({
        ...Object.fromEntries(linked.map(path => [path, 'linked'])),
        ...{ folder: 'made', changed: 'streamed' },
      });
      expect(report).toMatchObject({ status: 0, files: 6, folders: 1, bytes: 3, notKept: {} });
    }
    const copy = join(dirname(source), 'copy');
    expect(compareTrees(source, copy)).toEqual([]);
    expect(compareTrees(before, snapshot)).toEqual([]);
    expect(['same', 'folder/deep', 'link'].filter(path => !isLinked(copy, snapshot, path))).toEqual([]);
    expect(isLinked(copy, snapshot, 'changed')).toBe(false);
    expect(readFileSync(join(snapshot, 'changed'), 'utf8')).toBe('old');
  });

  test('copies what has another owner or other attributes there', needs('root'), async () => {
    const attributed: TreeEntry[] = ['a', 'b', 'c'].map(path => ({
      ...{ path, kind: 'file', content: path, xattrs: { 'user.x': 'y' } },
    })) as TreeEntry[];
    const source = makeTree(attributed);
    const snapshot = await wholeCopy(source, [], { copy: join(dirname(source), 'snapshot') });
    lchownSync(join(snapshot, 'a'), 7, 8);
    treeCalls().setAttribute(Buffer.from(join(snapshot, 'b')), 'user.x', Buffer.from('z'));
    const { how, copy } = await toldCopy(source, { linkDest: [snapshot] });
    expect(how).toEqual({ a: 'streamed', b: 'streamed', c: 'linked' });
    expect(compareTrees(source, copy, { xattrs: true })).toEqual([]);
  });

  test('of several the first that has the same file counts', async () => {
    const { source, snapshot } = await scene();
    const older = await wholeCopy(source, [], { copy: join(dirname(source), 'older') });
    const { how, copy } = await toldCopy(source, { linkDest: [snapshot, older] });
    expect(how).toMatchObject({ same: 'linked', changed: 'linked' });
    expect([isLinked(copy, snapshot, 'same'), isLinked(copy, older, 'changed')]).toEqual([true, true]);
  });

  test('with --checksums contents are compared, and linked files are in the manifest', async () => {
    const { source, snapshot } = await scene();
    shell(snapshot, 'printf ROT! > folder/deep; touch -r ../source/folder/deep folder/deep');
    const sums = join(dirname(source), 'sums');
    const { how, copy } = await toldCopy(source, { linkDest: [snapshot], checksums: sums });
    expect(how).toMatchObject({ same: 'linked', 'folder/deep': 'streamed' });
    expect(readFileSync(sums, 'latin1').trimEnd().split('\n').length).toBe(5);
    expect(shell(copy, `sha256sum -c --quiet ${sums}`)).toBe('');
  });

  test('in an existing destination files are replaced by links, as --if-exists has it', async () => {
    const { source, snapshot } = await scene();
    const copy = await wholeCopy(source);
    expect((await toldCopy(source, { linkDest: [snapshot], ifExists: 'update' })).how).toMatchObject({
      same: 'skipped',
    });
    for (const _ of [1, 2]) {
      expect((await toldCopy(source, { linkDest: [snapshot] })).how).toMatchObject({
        'folder/deep': 'linked',
      });
      expect(isLinked(copy, snapshot, 'folder/deep')).toBe(true);
      expect(compareTrees(source, copy)).toEqual([]);
    }
  });

  test('as another user, whose copies are their own', needs('root'), async () => {
    const source = makeTree([{ path: 'file', kind: 'file', content: 'x', mode: '644' }]);
    shell(dirname(source), 'chmod 755 .; mkdir of; chown 65534:65534 of');
    const as = { uid: 65534, gid: 65534 };
    const [snapshot, copy] = ['snapshot', 'copy'].map(name => join(dirname(source), 'of', name)) as [
      string,
      string,
    ];
    await commandCopy(source, ['-q'], { ...as, copy: snapshot });
    expect(await commandCopy(source, ['--link-dest', snapshot], { ...as, copy })).toMatchObject({
      status: 0,
    });
    expect(isLinked(copy, snapshot, 'file')).toBe(true);
  });

  test('where no link can be made, it is copied', needs('/dev/shm'), async () => {
    const { source, snapshot } = await scene();
    const device = statSync(source).dev;
    const elsewhere = [tmpdir(), memory].find(folder => statSync(folder).dev !== device);
    const copy = join(scratchFolder(elsewhere), 'copy');
    const { how } = await toldCopy(source, { linkDest: [snapshot] }, copy);
    expect(how).toMatchObject({ 'caf\ufffd': 'streamed', 'folder/deep': 'streamed' });
    expect(compareTrees(source, copy)).toEqual([]);
  });

  test('is no option of a comparison, and in the library takes a list', async () => {
    const { source, snapshot } = await scene();
    expect(await commandCopy(source, ['--check', '--link-dest', snapshot])).toMatchObject({ status: 2 });
    const wrong = { linkDest: snapshot as unknown as string[] };
    await expect(toldCopy(source, wrong)).rejects.toThrow(/^linkDest takes a list of paths/);
  });
});
