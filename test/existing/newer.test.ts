import { readFileSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { toldCopy } from '../helpers/copies.js';
import { makeTree } from '../helpers/make-tree.js';
import type { TreeEntry } from '../helpers/tree-description.js';

const [earlier, now, later] = ['1500000000000000000', '1500000000000001000', '1500000000000002000'];
const file = (path: string, mtime: string, content = 'source'): TreeEntry => ({
  path,
  kind: 'file',
  content,
  mtime,
});

function trees(source: TreeEntry[], copy: TreeEntry[]): { source: string; copy: string } {
  const root = makeTree(source);
  return { source: root, copy: makeTree(copy, join(dirname(root), 'copy')) };
}

describe('--if-exists newer', () => {
  test('replaces what is older by a microsecond, and keeps what is as old or newer', async () => {
    const { source, copy } = trees(
      ['older', 'same', 'newer', 'missing'].map(path => file(path, now)),
      [file('older', earlier, 'old'), file('same', now, 'other size'), file('newer', later, 'later')],
    );
    const wanted = { older: 'streamed', same: 'skipped', newer: 'skipped', missing: 'streamed' };
    for (const dryRun of [true, false]) {
      expect((await toldCopy(source, { ifExists: 'newer', dryRun })).how).toEqual(wanted);
    }
    const content = (path: string) => readFileSync(join(copy, path), 'utf8');
    expect(['older', 'same', 'newer', 'missing'].map(content)).toEqual([
      'source',
      'other size',
      'later',
      'source',
    ]);
    expect((await toldCopy(source, { ifExists: 'newer' })).report).toMatchObject({ skipped: 4, files: 0 });
  });

  test('links: by their own times', async () => {
    const link = (path: string, mtime: string, target: string): TreeEntry => ({
      path,
      kind: 'link',
      target,
      mtime,
    });
    const { source } = trees(
      [link('a', now, 'x'), link('b', now, 'x')],
      [link('a', earlier, 'y'), link('b', later, 'y')],
    );
    expect((await toldCopy(source, { ifExists: 'newer' })).how).toEqual({ a: 'linked', b: 'skipped' });
  });

  test('a new name of a file that is there becomes a link to it, and not to a newer one', async () => {
    const linked: TreeEntry[] = [file('same/a', now), { path: 'same/b', kind: 'hardlink', to: 'same/a' }];
    const source = makeTree([
      ...linked,
      file('newer/a', now),
      { path: 'newer/b', kind: 'hardlink', to: 'newer/a' },
    ]);
    const { copy } = await toldCopy(source);
    for (const folder of ['same', 'newer']) rmSync(join(copy, folder, 'b'));
    rmSync(join(copy, 'newer/a'));
    makeTree([file('newer/a', later, 'later')], copy);
    for (const dryRun of [true, false]) {
      const { report } = await toldCopy(source, { ifExists: 'newer', dryRun }, copy);
      expect(report).toMatchObject({ status: 0, failed: 0, notKept: {} });
    }
    const inodes = (folder: string) => ['a', 'b'].map(name => statSync(join(copy, folder, name)).ino);
    const [same, other] = [inodes('same'), inodes('newer')];
    expect(same[0]).toBe(same[1]);
    expect(other[0]).not.toBe(other[1]);
    expect(readFileSync(join(copy, 'newer/a'), 'utf8')).toBe('later');
    expect(readFileSync(join(copy, 'newer/b'), 'utf8')).toBe('source');
  });
});
