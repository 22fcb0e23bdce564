import { lstatSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { compareTrees } from '../helpers/compare-trees.js';
import { commandCopy, isRoot, toldCopy, wholeCopy } from '../helpers/copies.js';
import { mountOrSkip } from '../helpers/file-systems.js';
import { makeTree } from '../helpers/make-tree.js';
import { commandPath, runCommand } from '../helpers/run-command.js';
import { scratchFolder } from '../helpers/scratch-folder.js';
import { shell } from '../helpers/shell.js';
import { canTrace, tracedCopy } from '../helpers/traced-copy.js';
import { describedTree, type TreeEntry } from '../helpers/tree-description.js';
import { treeSnapshot } from '../helpers/tree-snapshot.js';

const nobody = { uid: 65534, gid: 65534 };
const someone = { uid: 12, gid: 34 };

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
  for (const umask of ['000', '022', '077']) {
    for (const existing of [false, true]) {
      const where = existing ? 'an existing destination' : 'a new destination';
      test.skipIf(!isRoot)(`of every kind are kept under umask ${umask}, in ${where}`, async () => {
        const source = makeTree(everyMode);
        const copy = join(dirname(source), 'copy');
        if (existing) makeTree([{ path: 'file 644', kind: 'file', content: 'old', mode: '666' }], copy);
        shell(dirname(source), `umask ${umask}; '${process.execPath}' '${commandPath}' source copy`);
        expect(compareTrees(source, copy)).toEqual([]);
      });
    }
  }

  test('of folders that may not be written in are kept, and their times, with what is in them', async () => {
    const source = makeTree([
      { path: 'a/b/file', kind: 'file', content: 'x' },
      { path: 'a/b', kind: 'folder', mode: '555', mtime: '1111111111111111111' },
      { path: 'a', kind: 'folder', mode: '500', mtime: '1222222222222222222' },
      { path: '.', kind: 'folder', mode: '755', mtime: '1333333333333333333' },
    ]);
    const as = isRoot ? nobody : {};
    if (isRoot) shell(dirname(source), 'chown -R 65534:65534 .; chmod 755 .');
    const copy = await wholeCopy(source, [], as);
    expect(compareTrees(source, copy)).toEqual([]);
    // Once more, over what now stands there and may not be written in.
    shell(join(copy, 'a'), 'chmod u+w . b; touch b/extra; chmod 500 .; chmod 555 b');
    await wholeCopy(source, ['--delete'], as);
    expect(compareTrees(source, copy)).toEqual([]);
  });

  test('of a root that may not be written in is kept, and its time, also where entries go from it', async () => {
    const source = makeTree([
      { path: 'file', kind: 'file', content: 'x' },
      { path: '.', kind: 'folder', mode: '555', mtime: '1333333333333333333' },
    ]);
    const as = isRoot ? nobody : {};
    if (isRoot) shell(dirname(source), 'chown -R 65534:65534 .; chmod 755 .');
    const copy = await wholeCopy(source, [], as);
    expect(compareTrees(source, copy)).toEqual([]);
    shell(copy, 'chmod 755 .; touch extra; chown --reference=. extra');
    await wholeCopy(source, ['--delete'], as);
    expect(compareTrees(source, copy)).toEqual([]);
  });

  test.skipIf(!isRoot)('with set-id bits keep them only where the owner and group came along', async () => {
    const source = makeTree([
      { path: 'own', kind: 'file', content: '', mode: '6755', owner: nobody },
      { path: 'of root', kind: 'file', content: '', mode: '6755' },
      { path: 'own user', kind: 'file', content: '', mode: '6755', owner: { uid: 65534, gid: 0 } },
      { path: 'folder', kind: 'folder', mode: '3755' },
      { path: '.', kind: 'folder', mode: '755', owner: nobody },
    ]);
    shell(dirname(source), 'chmod 777 .');
    const { copy, status, stdout } = await commandCopy(source, [], nobody);
    expect(status).toBe(0);
    const mode = (name: string) => (lstatSync(join(copy, name)).mode & 0o7777).toString(8);
    expect(['own', 'of root', 'own user', 'folder'].map(mode)).toEqual(['6755', '755', '4755', '1755']);
    expect(stdout).toContain('not kept: 3 owners');
  });

  test('of an existing destination and of folders in it become those of the source', async () => {
    const source = makeTree([
      { path: 'folder/file', kind: 'file', content: 'x' },
      { path: 'folder', kind: 'folder', mode: '750', mtime: '1234567890123456789' },
      { path: '.', kind: 'folder', mode: '711', mtime: '1234567890000000001' },
    ]);
    const copy = makeTree(
      [
        { path: 'folder', kind: 'folder', mode: '000' },
        { path: '.', kind: 'folder', mode: '2777' },
      ],
      join(dirname(source), 'copy'),
    );
    await wholeCopy(source);
    expect(compareTrees(source, copy)).toEqual([]);
  });
});

describe('times', () => {
  const times: [what: string, time: string][] = [
    ['now and then', '1700000000123456789'],
    ['the last nanosecond of a second', '1700000000999999999'],
    ['the first second', '0'],
    ['one nanosecond before 1970', '-1'],
    ['before 1970, with a fraction', '-1234567890987654321'],
    ['before 1970, to the second', '-86400000000000'],
    ['before 1910', '-2000000000000000001'],
    ['after 2038', '2200000000123456789'],
    ['after 2262, beyond 64 bits of nanoseconds', '10413792000500000000'],
  ];
  for (const [what, mtime] of times) {
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

describe.skipIf(!isRoot)('owner and group', () => {
  const owned: TreeEntry[] = [
    { path: 'file', kind: 'file', content: 'x', mode: '640', owner: someone },
    { path: 'folder/inside', kind: 'file', content: 'y', owner: nobody },
    { path: 'folder', kind: 'folder', mode: '2770', owner: someone },
    { path: 'link', kind: 'link', target: 'file', owner: someone },
    { path: 'fifo', kind: 'fifo', owner: someone },
    { path: 'high', kind: 'file', content: 'z', owner: { uid: 4_000_000_000, gid: 4_294_967_294 } },
    { path: '.', kind: 'folder', owner: nobody },
  ];

  test('are kept by root, for every kind', async () => {
    const source = makeTree(owned);
    const copy = await wholeCopy(source);
    expect(compareTrees(source, copy)).toEqual([]);
  });

  test('are kept by root where others stand in the destination', async () => {
    const source = makeTree(owned);
    const copy = makeTree(
      owned.map(entry => ({ ...entry, owner: { uid: 5, gid: 6 } })),
      join(dirname(source), 'copy'),
    );
    await wholeCopy(source);
    expect(compareTrees(source, copy)).toEqual([]);
  });

  test("are, without root's rights, the user's own, the group where the user belongs to it; the rest is counted", async () => {
    const source = makeTree([
      { path: 'group', kind: 'file', content: 'x', mode: '640', owner: { uid: 65534, gid: 34 } },
      { path: 'folder', kind: 'folder', owner: { uid: 65534, gid: 34 } },
      { path: 'link', kind: 'link', target: 'x', owner: { uid: 65534, gid: 34 } },
      { path: 'foreign group', kind: 'file', content: 'x', owner: { uid: 65534, gid: 35 } },
      { path: 'foreign user', kind: 'file', content: 'x', owner: { uid: 12, gid: 34 } },
      { path: '.', kind: 'folder', owner: nobody },
    ]);
    shell(dirname(source), 'chmod 777 .');
    const line = shell(
      dirname(source),
      `setpriv --reuid 65534 --regid 65534 --groups 34 '${process.execPath}' '${commandPath}' source copy`,
    );
    expect(line).toContain('not kept: 2 owners ');
    const copy = join(dirname(source), 'copy');
    expect(compareTrees(source, copy).sort()).toEqual([
      '"foreign group": gid 35, got 65534',
      '"foreign user": uid 12, got 65534',
    ]);
  });

  test('that cannot be kept make their entries fail with --strict, folders too, and the rest is copied', async () => {
    const source = makeTree([
      { path: 'file', kind: 'file', content: 'x' },
      { path: 'folder/inside', kind: 'file', content: 'x', owner: nobody },
      { path: 'folder', kind: 'folder' },
      { path: 'link', kind: 'link', target: 'x' },
      { path: '.', kind: 'folder', owner: nobody },
    ]);
    shell(dirname(source), 'chmod 777 .');
    const { copy, status, stderr } = await commandCopy(source, ['--strict'], nobody);
    expect(status).toBe(1);
    expect(stderr.split('\n').sort()).toEqual([
      '',
      ...['file', 'folder', 'link'].map(
        name => `folder-copy: ${source}/${name}: its owner or group cannot be kept (EPERM)`,
      ),
    ]);
    expect([...treeSnapshot(copy).keys()]).toEqual(['', 'folder', 'folder/inside']);
  });
});

describe("what the destination's folders hand down", () => {
  const entries: TreeEntry[] = [
    { path: 'file', kind: 'file', content: 'x', mode: '640' },
    { path: 'folder/deep/file', kind: 'file', content: 'y', mode: '604' },
    { path: 'folder', kind: 'folder', mode: '750' },
    { path: 'link', kind: 'link', target: 'file' },
    { path: 'fifo', kind: 'fifo', mode: '620' },
    { path: 'holes', kind: 'file', size: 100_000, data: [], mode: '600' },
    { path: 'other', kind: 'hardlink', to: 'file' },
  ];
  const marks: [what: string, lines: string][] = [
    ['set-group-id', 'chgrp 34 "$1"; chmod 2777 "$1"'],
    ['a default ACL', 'setfacl -d -m u:12:rwx,g:34:rwx,o::rwx "$1"'],
    ['both', 'chgrp 34 "$1"; chmod 2777 "$1"; setfacl -d -m u:12:rwx "$1"'],
  ];
  const places: [where: string, folder: string][] = [
    ['its parent', '.'],
    ['the parents that are made for it', 'new/er'],
    ['the destination itself, which stands', 'copy'],
    ['a folder that stands in it', 'copy/folder'],
  ];
  for (const [what, lines] of marks) {
    for (const [where, folder] of places) {
      for (const xattrs of ['auto', 'never']) {
        test.skipIf(!isRoot)(`leaves no mark: ${what} of ${where}, --xattrs ${xattrs}`, async () => {
          const source = makeTree(entries);
          const beside = join(scratchFolder(), 'd');
          shell(
            dirname(beside),
            `mkdir d; cd d; ${folder.startsWith('copy') ? `mkdir -p ${folder}` : ''}
            mark() { ${lines}; }; mark ${folder === 'new/er' ? '.' : folder}`,
          );
          const copy = join(beside, folder === 'new/er' ? 'new/er/copy' : 'copy');
          await wholeCopy(source, ['--xattrs', xattrs], { copy });
          expect(compareTrees(source, copy, { xattrs: true })).toEqual([]);
        });
      }
    }
  }
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
    test.skipIf(!isRoot || !canTrace)(`is at no moment open to others, in ${where}`, async () => {
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

  for (const isBegun of [false, true]) {
    const where = isBegun ? 'a .partial that stood open' : 'a new destination';
    test(`stays closed while ${where} grows, whatever stands in it`, async () => {
      const source = makeTree([
        { path: 'file', kind: 'file', content: 'x', mode: '644' },
        { path: '.', kind: 'folder', mode: '777' },
      ]);
      const copy = join(dirname(source), 'copy');
      if (isBegun) makeTree([{ path: '.', kind: 'folder', mode: '1777' }], `${copy}.partial`);
      const seen: number[] = [];
      const look = (): void => {
        for (const path of [copy, `${copy}.partial`]) {
          const stats = statSync(path, { throwIfNoEntry: false });
          if (stats !== undefined) seen.push(stats.mode & 0o777);
        }
      };
      const { copyFolder } = await import('../../src/index.js');
      await copyFolder(source, copy, {
        onEvent: ({ type }) => (type === 'start' || type === 'file') && look(),
      });
      expect(seen).toEqual([0o700, 0o700]);
      expect(statSync(copy).mode & 0o777).toBe(0o777);
    });
  }
});

test('all that modes-and-times.json describes is kept', async () => {
  const source = makeTree(describedTree('modes-and-times'));
  expect(compareTrees(source, await wholeCopy(source))).toEqual([]);
});

test.skipIf(!isRoot)(
  'a source that belongs to another user is read without a trace of the reader',
  async () => {
    const source = makeTree([{ path: 'file', kind: 'file', content: 'x', owner: someone }]);
    shell(dirname(source), 'chmod 777 .');
    const before = treeSnapshot(source);
    // O_NOATIME is the owner's right: the reader does without.
    const result = await runCommand([source, join(dirname(source), 'copy')], nobody);
    expect(result).toMatchObject({ status: 0, stderr: '' });
    expect(compareTrees(before, source)).toEqual([]);
  },
);
