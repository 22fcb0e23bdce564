import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { compareTrees } from '../helpers/compare-trees.js';
import { commandCopy, toldCopy, wholeCopy } from '../helpers/copies.js';
import { mountOrSkip } from '../helpers/file-systems.js';
import { makeTree } from '../helpers/make-tree.js';
import { needs } from '../helpers/needs.js';
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
