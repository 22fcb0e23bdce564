import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { compareTrees } from './helpers/compare-trees.js';
import { programsForOthers } from './helpers/for-others.js';
import { makeTree } from './helpers/make-tree.js';
import { needs } from './helpers/needs.js';
import { shell } from './helpers/shell.js';

describe('a user without rights', needs('root', 'setpriv'), () => {
  test.each([
    '0277',
    '0777',
  ])('copies whole under umask %s, which takes the rights of its own folders', umask => {
    const source = makeTree([
      { path: 'a/b/file', kind: 'file', content: 'x' },
      { path: 'a/link', kind: 'link', target: 'b' },
    ]);
    shell(dirname(source), 'chown -R 65534:65534 source; chmod 777 .');
    const copy = join(dirname(source), 'copy');
    const user = 'setpriv --reuid 65534 --regid 65534 --clear-groups';
    const { node, command } = programsForOthers();
    shell(dirname(source), `umask ${umask}; ${user} '${node}' '${command}' -q source copy`);
    expect(compareTrees(source, copy)).toEqual([]);
  });
});
