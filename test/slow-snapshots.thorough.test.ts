import {
  chmodSync,
  lchownSync,
  lstatSync,
  mkdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import type { CopyOptions } from '../src/index.js';
import { compareTrees } from './helpers/compare-trees.js';
import { isRoot, toldCopy } from './helpers/copies.js';
import { treeSnapshot } from './helpers/tree-snapshot.js';
import { slowly, tree } from './slowly-read-tree.js';

interface Scene {
  readonly source: string;
  readonly snapshot: string;
}

/** A source, and a snapshot of it with many a difference. */
async function scene(): Promise<Scene> {
  const source = tree();
  const snapshot = join(dirname(source), 'snapshot');
  await toldCopy(source, {}, snapshot);
  writeFileSync(join(snapshot, 'a/1/x'), 'other');
  chmodSync(join(snapshot, 'a/2/y'), 0o600);
  if (isRoot) lchownSync(join(snapshot, 'a/3/x'), 7, 8);
  rmSync(join(snapshot, 'b/4'), { recursive: true });
  renameSync(join(snapshot, 'b/5'), join(snapshot, 'elsewhere'));
  symlinkSync('../elsewhere', join(snapshot, 'b/5'));
  rmSync(join(snapshot, 'c/6/x'));
  mkdirSync(join(snapshot, 'c/6/x'));
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
  const linked = Object.keys(how).filter(path => how[path] === 'linked' && /^top$|[xy]$/.test(path));
  expect(linked.length).toBeGreaterThan(50);
  return Object.fromEntries(linked.map(path => [path, lstatSync(join(root, path), { bigint: true }).ino]));
}
