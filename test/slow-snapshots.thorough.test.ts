import {
  chmodSync,
  lchownSync,
  lstatSync,
  mkdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import type { CopyOptions } from '../src/index.js';
import { compareTrees } from './helpers/compare-trees.js';
import { isRoot, toldCopy } from './helpers/copies.js';
import { makeTree } from './helpers/make-tree.js';
import { treeCalls } from './helpers/platform-calls.js';
import type { TreeEntry } from './helpers/tree-description.js';
import { treeSnapshot } from './helpers/tree-snapshot.js';
import { slowly } from './slowly-read-tree.js';

interface Scene {
  readonly source: string;
  readonly snapshot: string;
}

/**
 * A source, and a snapshot of it with many a difference. All of it goes into the first batches: what comes behind them
 * is copied as fits this storage, which is quick.
 */
async function scene(): Promise<Scene> {
  const entries: TreeEntry[] = [];
  for (const folder of ['a', 'b', 'c', 'd']) {
    for (let n = 0; n < 12; n += 1)
      entries.push({ path: `${folder}/${n}`, kind: 'file', content: `${folder}${n}` });
    entries.push({ path: `${folder}/large`, kind: 'file', size: 400_000 });
  }
  entries.push({ path: 'd/again', kind: 'hardlink', to: 'a/0' });
  const source = makeTree(entries);
  const snapshot = join(dirname(source), 'snapshot');
  await toldCopy(source, {}, snapshot);
  const { mtime } = statSync(join(source, 'a/1'));
  writeFileSync(join(snapshot, 'a/1'), 'longer');
  utimesSync(join(snapshot, 'a/1'), mtime, mtime);
  utimesSync(join(snapshot, 'a/2'), 7, 7);
  chmodSync(join(snapshot, 'a/3'), 0o600);
  if (isRoot) lchownSync(join(snapshot, 'a/4'), 7, 8);
  treeCalls().setAttribute(Buffer.from(join(snapshot, 'a/5')), 'user.x', Buffer.from('y'));
  rmSync(join(snapshot, 'a/6'));
  mkdirSync(join(snapshot, 'a/6'));
  rmSync(join(snapshot, 'b'), { recursive: true });
  renameSync(join(snapshot, 'c'), join(snapshot, 'elsewhere'));
  symlinkSync('elsewhere', join(snapshot, 'c'));
  return { source, snapshot };
}

const ways: [title: string, options: CopyOptions][] = [
  ['as it is', {}],
  ['with one worker', { workers: 1 }],
  ['with many workers', { workers: 8 }],
  ['with links followed', { dereference: true }],
  ['without attributes', { xattrs: 'never' }],
  ['with --fsync', { fsync: true }],
  ['with --verify', { verify: true }],
];
test.for(ways)('files are links to what a snapshot has of them, others copies, %s', async ([, options]) => {
  const { source, snapshot } = await scene();
  const before = treeSnapshot(snapshot);
  const quick = join(dirname(source), 'quick');
  const slow = join(dirname(source), 'slow');
  const toldQuickly = await toldCopy(source, { ...options, linkDest: [snapshot] }, quick);
  const toldSlowly = await toldCopy(source, { ...slowly, ...options, linkDest: [snapshot] }, slow);
  expect(toldSlowly.how).toEqual(toldQuickly.how);
  expect({ ...toldSlowly.report, durationMs: 0 }).toMatchObject({ status: 0, failed: 0, left: 0 });
  expect(inodes(slow, toldSlowly.how)).toEqual(inodes(quick, toldQuickly.how));
  expect(inodes(slow, toldSlowly.how)).toEqual(inodes(snapshot, toldSlowly.how));
  if (options.dereference !== true) expect(compareTrees(source, slow)).toEqual([]);
  expect(compareTrees(before, snapshot)).toEqual([]);
});

/** The inode of each file that is told to be linked, but for the second name of one. */
function inodes(root: string, how: Readonly<Record<string, string>>): Record<string, bigint> {
  const linked = Object.keys(how).filter(path => how[path] === 'linked' && path !== 'd/again');
  expect(linked.length).toBeGreaterThan(15);
  return Object.fromEntries(linked.map(path => [path, lstatSync(join(root, path), { bigint: true }).ino]));
}
