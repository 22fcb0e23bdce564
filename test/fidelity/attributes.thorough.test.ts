import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { compareTrees } from '../helpers/compare-trees.js';
import { commandCopy, toldCopy, wholeCopy } from '../helpers/copies.js';
import { mountOrSkip } from '../helpers/file-systems.js';
import { makeTree } from '../helpers/make-tree.js';
import { needs } from '../helpers/needs.js';
import { oddOrSkip } from '../helpers/odd-file-system.js';
import { shell } from '../helpers/shell.js';

describe('extended attributes', () => {
  test(
    'that need root are, for another user, counted where it matters',
    needs('root', 'getcap'),
    async () => {
      const source = makeTree([
        { path: 'capable', kind: 'file', content: 'x', mode: '755', owner: { uid: 65534, gid: 65534 } },
      ]);
      shell(source, 'setcap cap_net_raw+ep capable');
      shell(dirname(source), 'chown 65534:65534 source; chmod 777 .');
      const { status, stdout } = await commandCopy(source, [], { uid: 65534, gid: 65534 });
      expect(status).toBe(0);
      expect(stdout).toContain('not kept: 1 extended attribute');
    },
  );

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
});

test(
  'access control lists are kept, also the default ones of folders, and give way to those of the source',
  needs('setfacl'),
  async () => {
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
  },
);

test(
  "user's attributes of read-only entries are kept beside their lists, which come last",
  needs('root', 'setfacl', 'getfattr'),
  async () => {
    const source = makeTree([
      { path: 'file', kind: 'file', content: 'x' },
      { path: 'folder', kind: 'folder' },
    ]);
    // The list first: so it is listed first too.
    shell(
      source,
      'setfacl -m u:12:r file folder; setfattr -n user.note -v kept file folder; chmod 444 file; chmod 555 folder',
    );
    shell(dirname(source), 'chown -R 65534:65534 source; chmod 777 .');
    const copy = await wholeCopy(source, [], { uid: 65534, gid: 65534 });
    expect(compareTrees(source, copy, { xattrs: true })).toEqual([]);
  },
);

test(
  "a file system's own attributes stay behind, so that a list that was taken away does not come back",
  needs('root', 'setfacl'),
  async context => {
    const wide = mountOrSkip(context, { type: 'xfs' });
    const source = makeTree([{ path: 'file', kind: 'file', content: 'x' }], join(wide, 'source'));
    shell(source, 'setfacl -m u:1234:rw file');
    const backup = await wholeCopy(source, [], { copy: join(dirname(makeTree([])), 'backup') });
    shell(backup, 'setfacl -b file; chmod 600 file');
    const back = await wholeCopy(backup, [], { copy: join(wide, 'back') });
    expect(shell(back, 'getfacl -c file')).not.toContain('1234');
    expect(compareTrees(backup, back, { xattrs: true })).toEqual([]);
  },
);

test('a list of attributes that is longer than the kernel hands out costs the attributes, not the file', async context => {
  const { root, backing } = oddOrSkip(context, 'names=70000');
  makeTree([{ path: 'folder/file', kind: 'file', content: 'x' }], backing);
  const { report, copy } = await toldCopy(root, {}, join(dirname(root), 'copy'));
  expect(report).toMatchObject({ status: 0, failed: 0, notKept: { attribute: 3 } });
  expect(compareTrees(backing, copy)).toEqual([]);
});
