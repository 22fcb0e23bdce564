import { lstatSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { compareTrees } from '../helpers/compare-trees.js';
import { toldCopy, wholeCopy } from '../helpers/copies.js';
import { makeTree } from '../helpers/make-tree.js';
import { needs } from '../helpers/needs.js';
import { runCommand } from '../helpers/run-command.js';
import { shell } from '../helpers/shell.js';
import type { TreeEntry } from '../helpers/tree-description.js';
import { treeSnapshot } from '../helpers/tree-snapshot.js';

const beside = (source: string, name: string): string => join(dirname(source), name);

describe('--delete', () => {
  test('removes all that the source does not have, of every kind, and nothing else', async () => {
    const source = makeTree([
      { path: 'kept/file', kind: 'file', content: 'x' },
      { path: 'kept', kind: 'folder', mtime: '1234567890123456789' },
      { path: '.', kind: 'folder', mtime: '1234567890123456780' },
    ]);
    const extras: TreeEntry[] = [
      { path: 'file', kind: 'file', content: 'x' },
      { path: { latin1: 'caf\xe9' }, kind: 'file', content: 'x' },
      { path: 'kept/read-only', kind: 'file', content: 'x', mode: '000' },
      { path: 'fifo', kind: 'fifo' },
      { path: 'socket', kind: 'socket' },
      { path: 'link', kind: 'link', target: '../outside' },
      { path: 'kept/link', kind: 'link', target: '../../outside/file' },
      { path: 'deep/er/and/deeper/file', kind: 'file', content: 'x' },
      { path: 'deep/er/link', kind: 'link', target: '../../../outside' },
      { path: 'deep/er', kind: 'folder', mode: '000' },
    ];
    const copy = makeTree(extras, beside(source, 'copy'));
    const outside = makeTree([{ path: 'file', kind: 'file', content: 'outside' }], beside(source, 'outside'));
    const before = treeSnapshot(outside);
    const { report, events } = await toldCopy(source, { delete: true });
    expect(compareTrees(source, copy)).toEqual([]);
    expect(compareTrees(before, outside)).toEqual([]);
    const deleted = events.flatMap(event => (event.type === 'deleted' ? [event.path] : []));
    expect(deleted.sort()).toEqual(
      [
        ...['file', 'caf\ufffd', 'kept/read-only', 'fifo', 'socket', 'link', 'kept/link'],
        ...[
          'deep',
          'deep/er',
          'deep/er/link',
          'deep/er/and',
          'deep/er/and/deeper',
          'deep/er/and/deeper/file',
        ],
      ].sort(),
    );
    expect(report).toMatchObject({ status: 0, deleted: 13, left: 0 });
  });

  test('with -v each removal is a line, under -n too', async () => {
    const source = makeTree([{ path: 'file', kind: 'file', content: 'x' }]);
    const old: TreeEntry[] = ['extra/a\nb', 'file'].map(path => ({ path, kind: 'file', content: 'x' }));
    const copy = makeTree(old, beside(source, 'copy'));
    for (const [verb, options] of [
      ['would delete', ['-n']],
      ['deleted', []],
    ] as const) {
      const { stderr } = await runCommand([...options, '-v', '--delete', source, copy]);
      expect(stderr.split('\n').filter(line => line.startsWith(verb))).toEqual([
        `${verb} extra/a\\nb`,
        `${verb} extra`,
      ]);
    }
  });

  test('goes into folders that may not be written in, as their owner', needs('root'), async () => {
    const source = makeTree([
      { path: 'a/file', kind: 'file', content: 'x' },
      { path: 'a', kind: 'folder', mode: '555' },
    ]);
    const copy = makeTree(
      [
        { path: 'a/extra', kind: 'file', content: 'x' },
        { path: 'a/closed/deep/file', kind: 'file', content: 'x' },
        { path: 'a/closed/deep', kind: 'folder', mode: '000' },
        { path: 'a/closed', kind: 'folder', mode: '500' },
        { path: 'a', kind: 'folder', mode: '500' },
      ],
      beside(source, 'copy'),
    );
    shell(dirname(source), 'chown -R 65534:65534 source copy; chmod 755 .');
    await wholeCopy(source, ['--delete'], { uid: 65534, gid: 65534 });
    expect(compareTrees(source, copy)).toEqual([]);
  });

  test('removes nothing after a failure', async () => {
    const source = makeTree([
      { path: 'x', kind: 'file', content: 'x' },
      { path: 'fails', kind: 'link', target: 'nowhere' },
    ]);
    const old: TreeEntry[] = ['extra', 'x'].map(path => ({ path, kind: 'file', content: 'y' }));
    const copy = makeTree(old, beside(source, 'copy'));
    const { how, report } = await toldCopy(source, { delete: true, dereference: true });
    expect(how).toEqual({ x: 'streamed', fails: 'ENOENT' });
    expect(report).toMatchObject({ status: 1, deleted: 0 });
    expect(readdirSync(copy)).toEqual(['extra', 'x']);
  });

  test('removes no full folder that stands in the way of a file after a failure', async () => {
    const source = makeTree([
      { path: 'x', kind: 'file', content: 'x' },
      { path: 'fails', kind: 'link', target: 'nowhere' },
    ]);
    const copy = makeTree([{ path: 'x/old', kind: 'file', content: 'y' }], beside(source, 'copy'));
    const { how } = await toldCopy(source, { delete: true, dereference: true });
    expect(how).toEqual({ x: 'ENOTEMPTY', fails: 'ENOENT' });
    expect(readdirSync(join(copy, 'x'))).toEqual(['old']);
  });

  test('empties the destination of an empty source, if all may go, and leaves its root', async () => {
    const source = makeTree([]);
    const copy = makeTree([{ path: 'a/b', kind: 'file', content: 'y' }], beside(source, 'copy'));
    const { ino } = lstatSync(copy);
    await wholeCopy(source, ['--delete', '--max-delete', '100%']);
    expect(readdirSync(copy)).toEqual([]);
    expect(lstatSync(copy).ino).toBe(ino);
  });

  test('removes links to folders as links, also where they stand for the source itself', async () => {
    const source = makeTree([{ path: 'folder/file', kind: 'file', content: 'x' }]);
    const copy = makeTree([], beside(source, 'copy'));
    shell(copy, 'mkdir folder; ln -s ../source up; mkdir d; ln -s ../../source/folder d/folder');
    const before = treeSnapshot(source);
    await wholeCopy(source, ['--delete']);
    expect(compareTrees(before, source)).toEqual([]);
    expect(compareTrees(source, copy)).toEqual([]);
  });
});
