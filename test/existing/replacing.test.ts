import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { compareTrees } from '../helpers/compare-trees.js';
import { toldCopy, wholeCopy } from '../helpers/copies.js';
import { makeTree } from '../helpers/make-tree.js';
import { scratchFolder } from '../helpers/scratch-folder.js';
import { shell } from '../helpers/shell.js';
import type { TreeEntry } from '../helpers/tree-description.js';

test('a file that has another name outside leaves the old content under that name', async () => {
  const scratch = scratchFolder();
  const source = makeTree([{ path: 'x', kind: 'file', content: 'new' }], join(scratch, 'source'));
  const copy = makeTree([{ path: 'x', kind: 'file', content: 'old', mtime: '7' }], join(scratch, 'copy'));
  shell(scratch, 'ln copy/x other');
  const before = lstatSync(join(scratch, 'other'), { bigint: true });
  await wholeCopy(source);
  expect(readFileSync(join(scratch, 'other'), 'utf8')).toBe('old');
  expect(readFileSync(join(copy, 'x'), 'utf8')).toBe('new');
  const after = lstatSync(join(scratch, 'other'), { bigint: true });
  expect([after.ino, after.mtimeNs, after.mode]).toEqual([before.ino, before.mtimeNs, before.mode]);
});

test('two names of one file in the destination become the two files of the source', async () => {
  const source = makeTree([
    { path: 'a', kind: 'file', content: 'a' },
    { path: 'b', kind: 'file', content: 'b' },
  ]);
  const copy = makeTree(
    [
      { path: 'a', kind: 'file', content: 'both' },
      { path: 'b', kind: 'hardlink', to: 'a' },
    ],
    join(dirname(source), 'copy'),
  );
  await wholeCopy(source);
  expect(compareTrees(source, copy)).toEqual([]);
});

describe('--if-exists update', () => {
  const cases: [what: string, entry: TreeEntry, old: TreeEntry, how: string][] = [
    ['leaves a file of the same size and time', file('new', 5), file('old', 5), 'skipped'],
    ['replaces a file of the same time and another size', file('longer', 5), file('old', 5), 'streamed'],
    ['replaces a file one nanosecond older', file('new', 6), file('old', 5), 'streamed'],
    ['replaces a newer file too', file('new', 5), file('old', 6_000_000_000), 'streamed'],
    ['leaves a link of the same text and time', link('a', 5), link('a', 5), 'skipped'],
    ['replaces a link of another text', link('a', 5), link('b', 5), 'linked'],
  ];
  for (const [what, entry, old, how] of cases) {
    test(what, async () => {
      const source = makeTree([entry]);
      const copy = makeTree([old], join(dirname(source), 'copy'));
      const told = await toldCopy(source, { ifExists: 'update' });
      expect(told.how.x).toBe(how);
      if (how !== 'skipped') expect(compareTrees(source, copy)).toEqual([]);
    });
  }

  function file(content: string, mtime: number): TreeEntry {
    return { path: 'x', kind: 'file', content, mtime: String(mtime) };
  }

  function link(target: string, mtime: number): TreeEntry {
    return { path: 'x', kind: 'link', target, mtime: String(mtime) };
  }
});

test('what stands only in the destination stays', async () => {
  const source = makeTree([{ path: 'folder/new', kind: 'file', content: 'x' }]);
  const copy = makeTree(
    [
      { path: 'folder/old', kind: 'file', content: 'y' },
      { path: 'other/link', kind: 'link', target: '/etc' },
    ],
    join(dirname(source), 'copy'),
  );
  await wholeCopy(source);
  expect(readdirSync(join(copy, 'folder'))).toEqual(['new', 'old']);
  expect(readlinkSync(join(copy, 'other/link'))).toBe('/etc');
});

test('a destination that is a link to a folder is that folder, and stays a link', async () => {
  const scratch = scratchFolder();
  const source = makeTree([{ path: 'x', kind: 'file', content: 'new' }], join(scratch, 'source'));
  shell(scratch, 'mkdir real; ln -s real copy');
  await wholeCopy(source, ['--delete']);
  expect(readlinkSync(join(scratch, 'copy'))).toBe('real');
  expect(compareTrees(source, join(scratch, 'real'))).toEqual([]);
});
