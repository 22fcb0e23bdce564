import { statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { compareTrees } from '../helpers/compare-trees.js';
import { toldCopy } from '../helpers/copies.js';
import { mountOrSkip } from '../helpers/file-systems.js';
import { programsForOthers } from '../helpers/for-others.js';
import { makeTree } from '../helpers/make-tree.js';
import { needs } from '../helpers/needs.js';
import { shell } from '../helpers/shell.js';
import { tracedCopy } from '../helpers/traced-copy.js';
import type { TreeEntry } from '../helpers/tree-description.js';
import { treeSnapshot } from '../helpers/tree-snapshot.js';
import { leavesNoMark } from './handed-down.js';

const nobody = { uid: 65534, gid: 65534 };
const someone = { uid: 12, gid: 34 };

describe('times', () => {
  test('of access of the source stay as they are, where the reader owns them', async context => {
    const root = mountOrSkip(context, { type: 'tmpfs', options: 'strictatime' });
    const source = makeTree(
      [
        { path: 'file', kind: 'file', size: 5000, mtime: '1700000000123456789' },
        {
          path: 'folder/holes',
          kind: 'file',
          size: 1_000_000,
          data: [[5000, 1]],
          mtime: '1700000000000000000',
        },
      ],
      join(root, 'source'),
    );
    const before = treeSnapshot(source, { contents: false });
    for (const reflink of ['auto', 'never'] as const) {
      const folders = [source, join(source, 'folder')].map(path => statSync(path, { bigint: true }).atimeNs);
      await toldCopy(source, { reflink }, join(root, `copy ${reflink}`));
      expect([source, join(source, 'folder')].map(path => statSync(path, { bigint: true }).atimeNs)).toEqual(
        folders,
      );
      const after = treeSnapshot(source, { contents: false });
      expect(compareTrees(before, after, { accessTimes: ['file'] })).toEqual([]);
    }
  });
});

describe('owner and group', needs('root'), () => {
  test(
    "are, without root's rights, the user's own, the group where the user belongs to it; the rest is counted",
    needs('setpriv'),
    async () => {
      const source = makeTree([
        { path: 'group', kind: 'file', content: 'x', mode: '640', owner: { uid: 65534, gid: 34 } },
        { path: 'folder', kind: 'folder', owner: { uid: 65534, gid: 34 } },
        { path: 'link', kind: 'link', target: 'x', owner: { uid: 65534, gid: 34 } },
        { path: 'foreign group', kind: 'file', content: 'x', owner: { uid: 65534, gid: 35 } },
        { path: 'foreign user', kind: 'file', content: 'x', owner: { uid: 12, gid: 34 } },
        { path: '.', kind: 'folder', owner: nobody },
      ]);
      shell(dirname(source), 'chmod 777 .');
      const { node, command } = programsForOthers();
      const line = shell(
        dirname(source),
        `setpriv --reuid 65534 --regid 65534 --groups 34 '${node}' '${command}' source copy`,
      );
      expect(line).toContain('not kept: 2 owners ');
      const copy = join(dirname(source), 'copy');
      expect(compareTrees(source, copy).sort()).toEqual([
        '"foreign group": gid 35, got 65534',
        '"foreign user": uid 12, got 65534',
      ]);
    },
  );
});

describe("what the destination's folders hand down", () => {
  const list = 'setfacl -d -m u:12:rwx,g:34:rwx,o::rwx "$1"';
  leavesNoMark('a default ACL', list, needs('root', 'setfacl'));
  const both = 'chgrp 34 "$1"; chmod 2777 "$1"; setfacl -d -m u:12:rwx "$1"';
  leavesNoMark('both', both, needs('root', 'setfacl'));
});

describe('a private file', () => {
  const contents: TreeEntry[] = [
    { path: 'private', kind: 'file', content: 'secret', mode: '600' },
    { path: 'for a group', kind: 'file', content: 'secret', mode: '640', owner: someone },
    { path: 'for an owner', kind: 'file', content: 'secret', mode: '4711', owner: someone },
    { path: 'of no one', kind: 'file', content: 'secret', mode: '000' },
    { path: 'holes', kind: 'file', size: 100_000, data: [[0, 6]], mode: '640', owner: someone },
    { path: 'closed/open', kind: 'file', content: 'secret', mode: '644' },
    { path: 'closed', kind: 'folder', mode: '700' },
    { path: 'with an ACL', kind: 'file', content: 'secret', mode: '600' },
  ];

  for (const existing of [false, true]) {
    const where = existing ? 'an existing destination' : 'a new destination';
    test(`is at no moment open to others, in ${where}`, needs('root', 'strace', 'setfacl'), async () => {
      const source = makeTree(contents);
      // The mode's group bits are the list's mask: the group itself may not read.
      shell(source, "setfacl -m u:12:r,g::- 'with an ACL'");
      const copy = join(dirname(source), 'copy');
      if (existing) makeTree([{ path: 'private', kind: 'file', content: 'old', mode: '666' }], copy);
      const { status, calls } = await tracedCopy(
        ['-e', 'trace=openat,mkdir,mkdirat,chmod,fchmod,fchmodat,fchown,mknod,mknodat'],
        ['--workers', '1', '--reflink', 'never'],
        source,
      );
      expect(status).toBe(0);
      const created = calls.flatMap(call => {
        const [, name = '', mode = ''] =
          /"(?:[^"]*\/)?([^"/]*)", [^"]*O_CREAT[^"]*, (0\d*)\)/.exec(call) ?? [];
        return mode === '' || /^\.folder-copy\.(claim\.|[0-9a-f]+$)/.test(name)
          ? []
          : [[name, mode] as const];
      });
      // `open` lies in a folder that is closed until it is finished; all others are created as they may be seen.
      expect(created.length).toBeGreaterThanOrEqual(contents.length - 1);
      const open = created.filter(([, mode]) => (Number.parseInt(mode, 8) & 0o077) !== 0);
      expect(open).toHaveLength(1);
      const folders = calls.flatMap(call => /mkdir(?:at)?\([^)]*, (0\d*)\)/.exec(call)?.[1] ?? []);
      expect(new Set(folders)).toEqual(new Set(['0700']));
      expect(compareTrees(source, copy, { xattrs: true })).toEqual([]);
      // A mode that opens an entry to others comes after its owner.
      const chowned = new Set<string>();
      for (const call of calls) {
        const [, name, descriptor = ''] = /\b(fchown|fchmod)\((\d+<[^>]*>)/.exec(call) ?? [];
        if (name === 'fchown') chowned.add(descriptor);
        if (name === 'fchmod' && /for an|holes/.test(descriptor)) expect(chowned).toContain(descriptor);
      }
    });
  }
});
