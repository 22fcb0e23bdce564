import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { CopyOptions } from '../../src/index.js';
import { compareTrees } from '../helpers/compare-trees.js';
import { toldCopy } from '../helpers/copies.js';
import { makeTree } from '../helpers/make-tree.js';
import { partOf } from '../helpers/part-of.js';
import { scratchFolder } from '../helpers/scratch-folder.js';
import type { TreeEntry } from '../helpers/tree-description.js';
import { type TreeSnapshot, treeSnapshot } from '../helpers/tree-snapshot.js';

type Policy = NonNullable<CopyOptions['ifExists']>;

/** What stands outside and must never change; links in the destinations lead here. */
const outside: TreeEntry[] = [
  { path: 'file', kind: 'file', content: 'outside', mode: '640', mtime: '1000000000000000001' },
  { path: 'folder/inside', kind: 'file', content: 'outside too', mtime: '1000000000000000002' },
  { path: 'folder', kind: 'folder', mode: '750', mtime: '1000000000000000003' },
];

type AtPath = (path: string) => TreeEntry[];

/** What can stand at a path already. */
const standing: [what: string, entries: AtPath][] = [
  ['a file', path => [{ path, kind: 'file', content: 'old', mode: '600', mtime: '1' }]],
  ['a read-only file', path => [{ path, kind: 'file', content: 'old', mode: '400' }]],
  ['a link to a file', path => [{ path, kind: 'link', target: '../outside/file' }]],
  ['a link to a folder', path => [{ path, kind: 'link', target: '../outside/folder' }]],
  ['a dangling link', path => [{ path, kind: 'link', target: '../outside/new' }]],
  ['a loop', path => [{ path, kind: 'link', target: path }]],
  ['a FIFO', path => [{ path, kind: 'fifo' }]],
  ['a socket', path => [{ path, kind: 'socket' }]],
  ['an empty folder', path => [{ path, kind: 'folder', mode: '755' }]],
  ['a full folder', path => [{ path: `${path}/deep/file`, kind: 'file', content: 'old' }]],
];

/** What is to come there. */
const wanted: [what: string, how: string, entries: AtPath][] = [
  [
    'a file',
    'streamed',
    path => [{ path, kind: 'file', content: 'the new one', mtime: '1500000000000000007' }],
  ],
  [
    'a link',
    'linked',
    path => [{ path, kind: 'link', target: '../outside/file', mtime: '1500000000000000007' }],
  ],
  ['a FIFO', 'made', path => [{ path, kind: 'fifo', mtime: '1500000000000000007' }]],
  ['a hard link', 'linked', path => [{ path, kind: 'hardlink', to: 'first/name' }]],
  ['a folder', 'made', path => [{ path: `${path}/new/file`, kind: 'file', content: 'the new one' }]],
];

const folders = new Set(['an empty folder', 'a full folder', 'a folder']);
const links = new Set(['a link to a file', 'a link to a folder', 'a dangling link', 'a loop']);

/** What becomes of an entry: the code of its failure, or how it came there. */
function expected(entry: string, made: string, old: string, policy: Policy, deletes: boolean): string {
  const [isFolder, wasFolder] = [folders.has(entry), folders.has(old)];
  if (isFolder && wasFolder) return 'kept';
  if (isFolder && links.has(old) && (policy === 'skip' || policy === 'error')) return 'LINK_IN_THE_WAY';
  if (policy === 'skip') return 'skipped';
  if (policy === 'error') return 'EEXIST';
  return old === 'a full folder' && !deletes ? 'ENOTEMPTY' : made;
}

const runs: [policy: Policy, deletes: boolean][] = [
  ['overwrite', true],
  ['update', false],
  ['overwrite', false],
  ['skip', false],
  ['error', false],
];

for (const [entry, made, entriesAt] of wanted) {
  for (const [policy, deletes] of partOf(runs, 2)) {
    const how = `--if-exists ${policy}${deletes ? ' --delete' : ''}`;
    test(`${entry} where anything stands: each as ${how} has it, nothing outside touched`, async () => {
      const scratch = scratchFolder();
      const outsideFolder = makeTree(outside, join(scratch, 'outside'));
      // The other name of all the hard links; it stands before, so that it is the first that is met or skipped.
      const first: TreeEntry[] = [{ path: 'first/name', kind: 'file', content: 'the new one' }];
      const source = makeTree(
        [...(entry === 'a hard link' ? first : []), ...standing.flatMap(([old]) => entriesAt(old))],
        join(scratch, 'source'),
      );
      const copy = makeTree(
        standing.flatMap(([old, at]) => at(old)),
        join(scratch, 'copy'),
      );
      const [before, old] = [treeSnapshot(outsideFolder), treeSnapshot(copy)];
      const told = await toldCopy(source, { ifExists: policy, delete: deletes, workers: 2 }, copy);

      const becomes = standing.map(([what]) => [what, expected(entry, made, what, policy, deletes)] as const);
      const got = becomes.map(([what]) => {
        const word = told.how[what];
        // Which name of a file with several is met first is the file system's choice.
        return [what, entry === 'a hard link' && word === 'streamed' ? 'linked' : word];
      });
      expect(got).toEqual(becomes);
      expect(told.report.left).toBe(0);
      expect(compareTrees(before, outsideFolder)).toEqual([]);
      const wholly = becomes.filter(([, word]) => word === made).map(([what]) => what);
      const stayed = becomes.filter(([, word]) => word !== made && word !== 'kept').map(([what]) => what);
      const part = (tree: TreeSnapshot, names: string[]) =>
        new Map([...tree].filter(([path]) => names.includes(path.split('/')[0] ?? '')));
      const now = treeSnapshot(copy);
      expect(compareTrees(part(treeSnapshot(source), wholly), part(now, wholly))).toEqual([]);
      expect(compareTrees(part(old, stayed), part(now, stayed))).toEqual([]);
      if (deletes) expect(compareTrees(source, copy)).toEqual([]);
    });
  }
}
