import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { compareTrees } from '../helpers/compare-trees.js';
import { commandCopy, isRoot, toldCopy, wholeCopy } from '../helpers/copies.js';
import { mountOrSkip } from '../helpers/file-systems.js';
import { makeTree } from '../helpers/make-tree.js';
import { shell } from '../helpers/shell.js';
import type { TreeEntry } from '../helpers/tree-description.js';

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
  { path: 'closed', kind: 'file', content: 'x', mode: '000', xattrs: { 'user.note': 'kept' } },
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

  test.skipIf(!isRoot)("are kept by a user without root's rights, of read-only files too", async () => {
    const source = makeTree(noted.filter(({ path }) => path !== 'closed'));
    shell(dirname(source), 'chown -R 65534:65534 source; chmod 777 .');
    const copy = await wholeCopy(source, [], { uid: 65534, gid: 65534 });
    expect(compareTrees(source, copy, { xattrs: true })).toEqual([]);
  });

  test.skipIf(!isRoot)(
    'of the system are kept by root: capabilities, trusted ones, those of links',
    async () => {
      const source = makeTree([
        { path: 'capable', kind: 'file', content: 'x', mode: '755', owner: { uid: 12, gid: 34 } },
        { path: 'trusted', kind: 'file', content: 'x', xattrs: { 'trusted.note': 'kept' } },
        { path: 'link', kind: 'link', target: 'x', xattrs: { 'trusted.note': 'kept' } },
        { path: 'fifo', kind: 'fifo', xattrs: { 'trusted.note': 'kept' } },
        { path: 'folder', kind: 'folder', xattrs: { 'trusted.note': 'kept' } },
      ]);
      shell(source, 'setcap cap_net_raw+ep capable');
      const copy = await wholeCopy(source);
      expect(compareTrees(source, copy, { xattrs: true })).toEqual([]);
      expect(shell(copy, 'getcap capable')).toContain('cap_net_raw');
    },
  );

  test.skipIf(!isRoot)('that need root are, for another user, counted where it matters', async () => {
    const source = makeTree([
      { path: 'capable', kind: 'file', content: 'x', mode: '755', owner: { uid: 65534, gid: 65534 } },
    ]);
    shell(source, 'setcap cap_net_raw+ep capable');
    shell(dirname(source), 'chown 65534:65534 source; chmod 777 .');
    const { status, stdout } = await commandCopy(source, [], { uid: 65534, gid: 65534 });
    expect(status).toBe(0);
    expect(stdout).toContain('not kept: 1 extended attribute');
  });

  test('that the destination cannot hold are counted, never an abort; with --strict their entries fail', async context => {
    const root = mountOrSkip(context, { type: 'ext4' });
    const source = makeTree([
      { path: 'too long', kind: 'file', content: 'x' },
      { path: 'folder', kind: 'folder' },
      { path: 'fits', kind: 'file', content: 'y', xattrs: { 'user.note': 'kept' } },
    ]);
    const wide = mountOrSkip(context, { type: 'xfs' });
    shell(
      wide,
      `cp -a '${source}' source; cd source
      for f in 'too long' folder; do setfattr -n user.big -v "$(head -c 20000 /dev/zero | tr '\\0' v)" "$f"; done`,
    );
    const { report, copy } = await toldCopy(join(wide, 'source'), {}, join(root, 'copy'));
    expect(report).toMatchObject({ status: 0, failed: 0, notKept: { attribute: 2 } });
    expect(compareTrees(join(wide, 'source'), copy)).toEqual([]);
    expect(shell(copy, 'getfattr -d fits')).toContain('user.note="kept"');
    const strict = await toldCopy(join(wide, 'source'), { strict: true }, join(root, 'strict'));
    expect(strict.how).toEqual({ 'too long': 'ENOTSUP', folder: 'ENOTSUP', fits: 'streamed' });
  });

  test('are left behind with --xattrs never', async () => {
    const source = makeTree(noted);
    const copy = await wholeCopy(source, ['--xattrs', 'never']);
    expect(compareTrees(source, copy)).toEqual([]);
    expect(shell(copy, 'getfattr -R -d .')).toBe('');
  });
});

test('access control lists are kept, also the default ones of folders, and give way to those of the source', async () => {
  const source = makeTree([
    { path: 'file', kind: 'file', content: 'x', mode: '640' },
    { path: 'folder/inside', kind: 'file', content: 'x' },
    { path: 'plain', kind: 'file', content: 'x', mode: '640' },
    { path: 'fifo', kind: 'fifo' },
  ]);
  shell(
    source,
    'setfacl -m u:12:rw,g:34:r,g::- file fifo; setfacl -m u:12:rwx -d -m u:12:rwx folder; touch -d @5 .',
  );
  expect(compareTrees(source, await wholeCopy(source), { xattrs: true })).toEqual([]);
  const copy = join(dirname(source), 'copy');
  shell(copy, 'setfacl -b file; setfacl -m u:99:rwx plain folder; setfacl -d -m u:99:rwx folder .');
  await wholeCopy(source);
  expect(compareTrees(source, copy, { xattrs: true })).toEqual([]);
});
