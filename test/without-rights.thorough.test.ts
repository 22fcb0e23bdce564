import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { compareTrees } from './helpers/compare-trees.js';
import { commandCopy } from './helpers/copies.js';
import { programsForOthers } from './helpers/for-others.js';
import { makeTree } from './helpers/make-tree.js';
import { needs } from './helpers/needs.js';
import { commandPath } from './helpers/run-command.js';
import { shell } from './helpers/shell.js';
import { withoutKoffi } from './helpers/without-koffi.js';

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

  test.each([
    ['with the C library', () => ({})],
    ["with Node's calls alone", withoutKoffi],
  ])("root that may not enter others' closed folders still gives these their times, %s", (_, environmentOf) => {
    const source = makeTree([
      { path: 'closed/file', kind: 'file', content: 'x' },
      { path: 'closed/inner', kind: 'folder', mtime: '900000000000000000' },
    ]);
    makeTree([{ path: 'closed/file', kind: 'file', content: 'older' }], join(source, '../standing'));
    shell(source, 'chown -R 65534:65534 closed; touch -d @1000000000 closed');
    const { NODE_OPTIONS: options = '' } = environmentOf() as { NODE_OPTIONS?: string };
    const weak = 'setpriv --bounding-set -dac_override,-dac_read_search';
    for (const copy of ['new', 'standing']) {
      const run = `NODE_OPTIONS='${options}' ${weak} '${process.execPath}' '${commandPath}' source ${copy}`;
      expect(shell(dirname(source), run)).not.toContain('modification time');
      expect(compareTrees(source, join(source, '..', copy), { times: 'us' })).toEqual([]);
    }
  });
});
