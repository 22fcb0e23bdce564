import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { compareTrees } from './helpers/compare-trees.js';
import { commandCopy } from './helpers/copies.js';
import { programsForOthers } from './helpers/for-others.js';
import { makeTree } from './helpers/make-tree.js';
import { needs } from './helpers/needs.js';
import { shell } from './helpers/shell.js';

describe('a user without rights', needs('root', 'setpriv'), () => {
  test.each([
    '0277',
    '0777',
  ])('copies whole under umask %s, which takes the rights of its own folders and of the parents that are made', umask => {
    const source = makeTree([
      { path: 'a/b/file', kind: 'file', content: 'x' },
      { path: 'a/link', kind: 'link', target: 'b' },
    ]);
    shell(dirname(source), 'chown -R 65534:65534 source; chmod 777 .');
    const copy = join(dirname(source), 'made/for it/copy');
    const user = 'setpriv --reuid 65534 --regid 65534 --clear-groups';
    const { node, command } = programsForOthers();
    shell(dirname(source), `umask ${umask}; ${user} '${node}' '${command}' -q source 'made/for it/copy'`);
    expect(compareTrees(source, copy)).toEqual([]);
  });

  for (const args of [[], ['--strict']]) {
    const what = args.length > 0 ? 'a failure with --strict' : 'told of';
    test(`has a copy under --fsync in a folder that it may write in but not read: ${what}`, async () => {
      const source = makeTree([{ path: 'a/file', kind: 'file', content: 'x' }]);
      shell(dirname(source), 'chown -R 65534:65534 source; chmod 733 .');
      const { copy, ...result } = await commandCopy(source, ['--fsync', ...args], { uid: 65534, gid: 65534 });
      expect(result).toMatchObject({
        status: args.length,
        stdout: expect.stringMatching(/^1 file, 1 folder, .*not kept: 1 folder sync/),
        stderr: args.length > 0 ? expect.stringMatching(/cannot be written to the disk/) : '',
      });
      expect(compareTrees(source, copy)).toEqual([]);
    });
  }
});
