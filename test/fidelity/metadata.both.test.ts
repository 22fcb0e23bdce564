import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { compareTrees } from '../helpers/compare-trees.js';
import { wholeCopy } from '../helpers/copies.js';
import { makeTree } from '../helpers/make-tree.js';
import { needs } from '../helpers/needs.js';
import { partOf } from '../helpers/part-of.js';
import { commandPath } from '../helpers/run-command.js';
import { shell } from '../helpers/shell.js';
import type { TreeEntry } from '../helpers/tree-description.js';
import { treeSnapshot } from '../helpers/tree-snapshot.js';

const modes = [
  '000',
  '200',
  '400',
  '444',
  '644',
  '711',
  '755',
  '777',
  '1777',
  '2755',
  '4755',
  '6711',
  '7777',
];
/** One file and one folder, with a file in it, of every mode. */
const everyMode: TreeEntry[] = modes.flatMap((mode): TreeEntry[] => [
  { path: `file ${mode}`, kind: 'file', content: mode, mode },
  { path: `folder ${mode}/inside`, kind: 'file', content: mode, mode: '640' },
  { path: `folder ${mode}`, kind: 'folder', mode, mtime: '1234567890123456789' },
]);

describe('modes', () => {
  const runs = ['022', '077', '000'].flatMap(umask =>
    [true, false].map(existing => [umask, existing] as const),
  );
  for (const [umask, existing] of partOf(runs, 1)) {
    const where = existing ? 'an existing destination' : 'a new destination';
    test(`of every kind are kept under umask ${umask}, in ${where}`, needs('root'), async () => {
      const source = makeTree(everyMode);
      const copy = join(dirname(source), 'copy');
      if (existing) makeTree([{ path: 'file 644', kind: 'file', content: 'old', mode: '666' }], copy);
      shell(dirname(source), `umask ${umask}; '${process.execPath}' '${commandPath}' source copy`);
      expect(compareTrees(source, copy)).toEqual([]);
    });
  }
});

describe('times', () => {
  const times: [what: string, time: string][] = [
    ['now and then', '1700000000123456789'],
    ['the last nanosecond of a second', '1700000000999999999'],
    ['before 1970, with a fraction', '-1234567890987654321'],
    ['after 2262, beyond 64 bits of nanoseconds', '10413792000500000000'],
    ['the first second', '0'],
    ['one nanosecond before 1970', '-1'],
    ['before 1970, to the second', '-86400000000000'],
    ['before 1910', '-2000000000000000001'],
    ['after 2038', '2200000000123456789'],
  ];
  for (const [what, mtime] of partOf(times, 4)) {
    test(`${what} are kept to the nanosecond, those of access too, for all kinds`, async () => {
      const atime = String(BigInt(mtime) + 1_000_000_007n);
      const kinds: TreeEntry[] = [
        { path: 'file', kind: 'file', content: 'x' },
        { path: 'empty', kind: 'file', content: '' },
        { path: 'read-only', kind: 'file', content: 'y', mode: '444' },
        { path: 'holes', kind: 'file', size: 100_000, data: [] },
        { path: 'link', kind: 'link', target: 'nowhere' },
        { path: 'folder/inside', kind: 'file', content: 'z' },
        { path: 'folder', kind: 'folder', mode: '555' },
        { path: 'fifo', kind: 'fifo' },
        { path: '.', kind: 'folder' },
      ];
      const source = makeTree(kinds.map(entry => ({ ...entry, mtime, atime })));
      const copy = await wholeCopy(source);
      // Times of access first: looking at what is in a folder or a link changes them.
      const seen = treeSnapshot(copy, { contents: false });
      const wrong = [...seen.values()].filter(({ stats }) => stats.atimeNs !== BigInt(atime));
      expect(wrong.map(({ path }) => path.toString())).toEqual([]);
      expect(compareTrees(source, copy)).toEqual([]);
      expect(seen.get('link')?.stats.mtimeNs).toBe(BigInt(mtime));
    });
  }
});
