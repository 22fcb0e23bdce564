import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { compareTrees } from '../helpers/compare-trees.js';
import { wholeCopy } from '../helpers/copies.js';
import { makeTree } from '../helpers/make-tree.js';
import { needs, whyMissing } from '../helpers/needs.js';
import { shell } from '../helpers/shell.js';
import type { TreeEntry } from '../helpers/tree-description.js';
import { treeSnapshot } from '../helpers/tree-snapshot.js';

const isRoot = whyMissing('root') === undefined;

/** What `setcap cap_net_raw+ep` makes: version 2, effective, one bit permitted; see capabilities(7). */
const netRaw = { latin1: `\x01\0\0\x02\0\x20\0\0${'\0'.repeat(12)}` };
const long = 'v'.repeat(2000);
const noted: TreeEntry[] = [
  {
    path: 'file',
    kind: 'file',
    content: 'x',
    xattrs: { 'user.note': 'kept', 'user.long': long, 'user.empty': '' },
  },
  { path: 'bytes', kind: 'file', content: 'x', xattrs: { 'user.ünï': { latin1: '\x00\xff\n' } } },
  { path: 'read-only', kind: 'file', content: 'x', mode: '444', xattrs: { 'user.note': 'kept' } },
  // Closed to others than root.
  {
    path: 'closed',
    kind: 'file',
    content: 'x',
    mode: isRoot ? '000' : '400',
    xattrs: { 'user.note': 'kept' },
  },
  { path: 'folder/inside', kind: 'file', content: 'x' },
  { path: 'folder', kind: 'folder', mode: '555', xattrs: { 'user.note': 'kept' } },
  { path: 'hole', kind: 'file', size: 100_000, data: [], xattrs: { 'user.note': 'kept' } },
  { path: '.', kind: 'folder', xattrs: { 'user.root': 'kept' } },
];

describe('extended attributes', () => {
  test("of users' own are kept, for files and folders, the root too", async () => {
    const source = makeTree(noted);
    expect(compareTrees(source, await wholeCopy(source), { xattrs: true })).toEqual([]);
  });

  test('are kept in an existing destination', async () => {
    const source = makeTree(noted);
    const copy = makeTree(
      noted.filter(({ path }) => path !== '.').map(({ xattrs: _, ...entry }) => entry),
      join(dirname(source), 'copy'),
    );
    await wholeCopy(source);
    expect(compareTrees(source, copy, { xattrs: true })).toEqual([]);
  });

  test("are kept by a user without root's rights, of read-only files too", needs('root'), async () => {
    const source = makeTree(noted.filter(({ path }) => path !== 'closed'));
    shell(dirname(source), 'chown -R 65534:65534 source; chmod 777 .');
    const copy = await wholeCopy(source, [], { uid: 65534, gid: 65534 });
    expect(compareTrees(source, copy, { xattrs: true })).toEqual([]);
  });

  test(
    'of the system are kept by root: capabilities, trusted ones, those of links',
    needs('root'),
    async () => {
      const source = makeTree([
        {
          path: 'capable',
          kind: 'file',
          content: 'x',
          mode: '755',
          owner: { uid: 12, gid: 34 },
          xattrs: { 'security.capability': netRaw },
        },
        { path: 'trusted', kind: 'file', content: 'x', xattrs: { 'trusted.note': 'kept' } },
        { path: 'link', kind: 'link', target: 'x', xattrs: { 'trusted.note': 'kept' } },
        { path: 'fifo', kind: 'fifo', xattrs: { 'trusted.note': 'kept' } },
        { path: 'folder', kind: 'folder', xattrs: { 'trusted.note': 'kept' } },
      ]);
      const copy = await wholeCopy(source);
      expect(compareTrees(source, copy, { xattrs: true })).toEqual([]);
    },
  );

  test('are left behind with --xattrs never', async () => {
    const source = makeTree(noted);
    const copy = await wholeCopy(source, ['--xattrs', 'never']);
    expect(compareTrees(source, copy)).toEqual([]);
    const kept = [...treeSnapshot(copy, { xattrs: true }).values()].flatMap(({ attributes }) => [
      ...(attributes?.keys() ?? []),
    ]);
    expect(kept.filter(name => name.startsWith('user.'))).toEqual([]);
  });
});

test('access control lists are kept, with the default ones of folders', async () => {
  const source = makeTree([
    { path: 'file', kind: 'file', content: 'x', xattrs: { 'system.posix_acl_access': list } },
    { path: 'folder/inside', kind: 'file', content: 'x' },
    {
      path: 'folder',
      kind: 'folder',
      xattrs: { 'system.posix_acl_access': folderList, 'system.posix_acl_default': list },
    },
  ]);
  expect(compareTrees(source, await wholeCopy(source), { xattrs: true })).toEqual([]);
});

/** `u::rw-,u:12:rw-,g::r--,m::rw-,o::---` as the kernel has it: a version, then tag, permissions and id of each. */
const list = { base64: aclOf([1, 6], [2, 6, 12], [4, 4], [16, 6], [32, 0]) };

/** The same, and its owner may enter. */
const folderList = { base64: aclOf([1, 7], [2, 6, 12], [4, 4], [16, 6], [32, 0]) };

function aclOf(...entries: [tag: number, permissions: number, id?: number][]): string {
  const bytes = Buffer.alloc(4 + 8 * entries.length);
  bytes.writeUInt32LE(2);
  for (const [index, [tag, permissions, id = 0xffffffff]] of entries.entries()) {
    bytes.writeUInt16LE(tag, 4 + 8 * index);
    bytes.writeUInt16LE(permissions, 6 + 8 * index);
    bytes.writeUInt32LE(id, 8 + 8 * index);
  }
  return bytes.toString('base64');
}
