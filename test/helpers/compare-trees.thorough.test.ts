import { execFileSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { compareTrees } from './compare-trees.js';
import { makeTree } from './make-tree.js';
import { needs } from './needs.js';
import { rsyncDifferences } from './rsync-differences.js';
import type { TreeEntry } from './tree-description.js';
import { describedTree } from './tree-description.js';
import { treeSnapshot } from './tree-snapshot.js';

const mtime = '1234567890123456789';
const sound: TreeEntry[] = [
  { path: 'folder', kind: 'folder', mode: '750', mtime },
  { path: 'folder/file', kind: 'file', content: 'content', mode: '640', mtime },
  { path: { latin1: 'caf\xe9' }, kind: 'file', size: 5000, mtime: '-1500000001' },
  { path: 'first', kind: 'file', content: 'one inode', mtime },
  { path: 'folder/second', kind: 'hardlink', to: 'first' },
  { path: 'alone', kind: 'file', content: 'one inode', mtime },
  { path: 'link', kind: 'link', target: 'nowhere', mtime },
  { path: 'sparse', kind: 'file', size: 4_000_000, data: [[1_000_000, 10]] },
  { path: 'fifo', kind: 'fifo', mtime },
  { path: 'marked', kind: 'file', content: '', xattrs: { 'user.note': 'kept' } },
];

function soundAndCopy(): [source: string, copy: string] {
  const source = makeTree(sound);
  const copy = join(dirname(source), 'copy');
  execFileSync('cp', ['-a', source, copy]);
  return [source, copy];
}

test('finds nothing between a tree and what cp -a makes of it', needs('rsync'), () => {
  const [source, copy] = soundAndCopy();
  expect(compareTrees(source, copy, { xattrs: true })).toEqual([]);
  expect(rsyncDifferences(source, copy, { checksum: true, xattrs: true, acls: true })).toEqual([]);
});

const damages: [title: string, damage: string, found: string[], rsyncSeesIt?: boolean][] = [
  ['a missing entry', 'rm alone; touch -d @1 .', ['the root: mtime', 'missing: "alone" (file)'], true],
  ['an extra entry', 'touch more; touch -r ../source .', ['extra: "more" (file)'], true],
  ['another kind', 'rm fifo; mkdir fifo; touch -r ../source .', ['"fifo": kind fifo, got folder'], true],
  [
    'another size',
    'echo >> folder/file; touch -r ../source/folder/file folder/file',
    ['"folder/file": size 7, got 8', '"folder/file": digest'],
    true,
  ],
  [
    'a changed byte',
    'printf C | dd of=folder/file conv=notrunc status=none; touch -r ../source/folder/file folder/file',
    ['"folder/file": digest'],
    true,
  ],
  ['a lost mode bit', 'chmod o+r folder/file', ['"folder/file": mode 640, got 644'], true],
  ['a lost sticky bit', 'chmod +t folder', ['"folder": mode 750, got 1750'], true],
  [
    'a time that is one nanosecond off',
    `touch -d @1234567890.123456788 folder/file`,
    [`"folder/file": mtime ${mtime}, got 1234567890123456788`],
    true,
  ],
  ['the wrong time of a folder', 'touch folder', [`"folder": mtime ${mtime}, got`], true],
  ['the wrong time of a link', 'touch -h link', [`"link": mtime ${mtime}, got`], true],
  ['the wrong time of a FIFO', 'touch fifo', [`"fifo": mtime ${mtime}, got`], true],
  [
    'another link target',
    'ln -sfn elsewhere link; touch -h -r ../source/link link; touch -r ../source .',
    ['"link": target "nowhere", got "elsewhere"'],
    true,
  ],
  [
    'a hard link that became a file',
    'cp -a first f; mv -f f first; touch -r ../source .',
    ['"folder/second": hard link of "first", got one of "folder/second"'],
    true,
  ],
  [
    'a file that became a hard link',
    'ln -f first alone; touch -r ../source .',
    [
      '"first": hard link of "first", got one of "alone"',
      '"folder/second": hard link of "first", got one of "alone"',
    ],
  ],
  [
    'filled holes',
    'cp -a --sparse=never sparse s; mv s sparse; touch -r ../source .',
    ['"sparse": holes filled'],
  ],
  [
    'a lost attribute',
    'setfattr -x user.note marked',
    ['"marked": attributes user.note=0x6b657074, got none'],
    true,
  ],
  ['a name that is not UTF-8', 'rm caf*; touch -r ../source .', ['missing: b"caf\\xe9" (file)'], true],
];

for (const [title, damage, found, rsyncSeesIt] of damages) {
  test(`finds ${title}`, needs('rsync', 'getfattr'), () => {
    const [source, copy] = soundAndCopy();
    execFileSync('sh', ['-ec', damage], { cwd: copy });
    const differences = compareTrees(source, copy, { xattrs: true });
    expect(differences).toEqual(found.map(start => expect.stringContaining(start)));
    if (rsyncSeesIt) expect(rsyncDifferences(source, copy, { checksum: true, xattrs: true })).not.toEqual([]);
  });
}

test('finds another owner and another group', needs('root'), () => {
  const [source, copy] = soundAndCopy();
  execFileSync('chown', ['-h', '12:34', 'link'], { cwd: copy });
  expect(compareTrees(source, copy)).toEqual(['"link": uid 0, got 12', '"link": gid 0, got 34']);
});

test('compares times to the microsecond where no more can be had', () => {
  const [source, copy] = soundAndCopy();
  execFileSync('touch', ['-d', '@1234567890.123456', 'folder/file'], { cwd: copy });
  expect(compareTrees(source, copy, { times: 'us' })).toEqual([]);
  execFileSync('touch', ['-d', '@1234567890.123455', 'folder/file'], { cwd: copy });
  expect(compareTrees(source, copy, { times: 'us' })).toHaveLength(1);
});

test('a snapshot taken before shows what became of a tree', () => {
  const [source] = soundAndCopy();
  const before = treeSnapshot(source);
  expect(compareTrees(before, source)).toEqual([]);
  execFileSync('touch', ['folder/file'], { cwd: source });
  expect(compareTrees(before, source)).toHaveLength(1);
});

test('walks trees deeper than a path can be long', needs('bash'), () => {
  const source = makeTree([]);
  const descend =
    'for i in {1..30}; do name=$(printf %0200d $i); mkdir $name; cd $name; done; touch -d @1 file';
  execFileSync('bash', ['-ec', descend], { cwd: source });
  expect(treeSnapshot(source).size).toBe(32);
  expect(compareTrees(source, source)).toEqual([]);
});

for (const name of ['odd-names', 'kinds-of-links', 'modes-and-times', 'holes', 'empty-folders']) {
  test(`the tree described in ${name}.json is made and copied as described`, () => {
    const source = makeTree(describedTree(name));
    const copy = join(dirname(source), 'copy');
    execFileSync('cp', ['-a', source, copy]);
    expect(compareTrees(source, copy)).toEqual([]);
    expect(treeSnapshot(source).size).toBeGreaterThan(describedTree(name).length);
  });
}
