import { execFileSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { makeTree } from '../helpers/make-tree.js';
import { rsyncDifferences } from '../helpers/rsync-differences.js';
import type { TreeEntry } from '../helpers/tree-description.js';
import { type Difference, differences, isLoss, type Loss, rsyncOpinion, worst } from './compare.js';
import { compiled, isInstalled, removeCompiled } from './compiled.js';

const mtime = '1234567890123456789';
const tree: TreeEntry[] = [
  { path: '.', kind: 'folder', mtime },
  { path: 'folder', kind: 'folder', mode: '750', mtime },
  { path: 'folder/file', kind: 'file', content: 'content', mode: '640', mtime },
  { path: 'closed', kind: 'folder', mode: '500', mtime },
  { path: 'closed/empty', kind: 'file', content: '', mode: '444', mtime },
  { path: { latin1: 'caf\xe9\n' }, kind: 'file', size: 5000, mtime: '-1500000001' },
  { path: 'first', kind: 'file', content: 'one inode', mtime },
  { path: 'folder/second', kind: 'hardlink', to: 'first' },
  { path: 'alone', kind: 'file', content: 'one inode', mode: '4711', mtime },
  { path: 'link', kind: 'link', target: 'nowhere', mtime },
  { path: 'large', kind: 'file', size: 9_000_001, mtime },
];

/** Both programs are Linux's; in CI gcc must be there. */
const canCompile = process.platform === 'linux' && (isInstalled('gcc') || process.env.CI !== undefined);
const needsGcc = test.skipIf(!canCompile);
afterAll(removeCompiled);

needsGcc('the floor makes a copy in which neither rsync nor the comparer finds a difference', () => {
  const source = makeTree(tree);
  const copy = join(dirname(source), 'copy');
  execFileSync(compiled('floor.c'), [source, copy]);
  expect(rsyncDifferences(source, copy, { checksum: true })).toEqual([]);
  expect(differences(source, copy)).toEqual(new Map());
});

const restored = 'touch -r ../source .; touch -r ../source/folder folder';
const damages: [damage: string, found: Difference, rsyncSees?: Difference][] = [
  [`rm alone; ${restored}`, 'missing', 'missing'],
  [`echo > more; ${restored}`, 'extra', 'extra'],
  [`rm alone; mkdir alone; ${restored}`, 'kind'],
  ['echo >> folder/file; touch -r ../source/folder/file folder/file', 'content', 'content'],
  [
    'printf C | dd of=large bs=1 seek=8999999 conv=notrunc; touch -r ../source/large large',
    'content',
    'content',
  ],
  [`ln -sfn elsewhere link; touch -hr ../source/link link; ${restored}`, 'target'],
  [`cp -a first new; mv new first; ${restored}`, 'hard links', 'hard links'],
  ['chmod o+r folder/file', 'modes', 'modes'],
  ['touch -d @1234567889.123456789 folder', 'times', 'times'],
  ['touch -hd @1234567890.9 link', 'times to 1 s'],
  ['touch -d @1234567890.123 folder/file', 'times to 1 ms'],
  ['touch -d @1234567890.123456 .', 'times to 1 us'],
];
for (const [damage, found, rsyncSees] of damages) {
  needsGcc(`${damage}: ${found}`, () => {
    const source = makeTree(tree);
    const copy = join(dirname(source), 'copy');
    execFileSync('cp', ['-a', source, copy]);
    execFileSync('sh', ['-c', damage], { cwd: copy, stdio: 'ignore' });
    expect(differences(source, copy)).toEqual(new Map([[found, 1]]));
    if (rsyncSees) expect([...rsyncOpinion(source, copy).keys()]).toEqual([rsyncSees]);
  });
}

needsGcc('filled holes are told, holes that are kept and read as zeros are the same', () => {
  const source = makeTree([
    { path: 'sparse', kind: 'file', size: 8_000_000, data: [[4_000_000, 10]], mtime },
  ]);
  for (const [holes, found] of [
    ['always', []],
    ['never', ['holes']],
  ] as const) {
    const copy = join(dirname(source), holes);
    execFileSync('cp', ['-a', `--sparse=${holes}`, source, copy]);
    expect([...differences(source, copy).keys()]).toEqual(found);
  }
});

const losses: [difference: Difference, losses: Loss[], expected: boolean][] = [
  ['times to 1 us', [], true], // as good as Node alone can
  ['times to 1 ms', [], false],
  ['times to 1 ms', ['times to 1 s'], true],
  ['times', ['times to 1 s'], false],
  ['modes', ['owners'], false],
  ['content', ['modes', 'times'], false],
];
for (const [difference, known, expected] of losses) {
  test(`${difference} is ${expected ? 'no more' : 'more'} than [${known}]`, () => {
    expect(isLoss(difference, known)).toBe(expected);
  });
}

test('of the times only the worst step is told', () => {
  expect(worst(['times to 1 us', 'modes', 'times to 1 s'])).toEqual(['modes', 'times to 1 s']);
});
