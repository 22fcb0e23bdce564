import { dirname } from 'node:path';
import { expect, test } from 'vitest';
import { commandCopy } from '../helpers/copies.js';
import { makeTree } from '../helpers/make-tree.js';
import { needs } from '../helpers/needs.js';
import { shell } from '../helpers/shell.js';

const as = { uid: 65534, gid: 65534 };

/** Ten files of root's, which another user copies. */
function scene(owner: string): string {
  const files = Array.from(
    { length: 10 },
    (_, n) => ({ path: `${n}`, kind: 'file', content: 'x', mode: '644' }) as const,
  );
  const source = makeTree(files);
  shell(dirname(source), `chmod 777 .; chown -R ${owner} source`);
  return source;
}

test(
  'a user who is not root is told once that owners were not kept, and how not to be',
  needs('root'),
  async () => {
    const source = scene('0:0');
    const { status, stderr, stdout } = await commandCopy(source, [], as);
    expect([status, stderr]).toEqual([
      0,
      'folder-copy: the owner or group of 11 entries was not kept, as only root can do that; -q leaves this line out\n',
    ]);
    expect(stdout).toContain('not kept: 11 owners');
  },
);

const silent: [title: string, owner: string, args: string[], as: object][] = [
  ['with -q', '0:0', ['-q'], as],
  ['where all are theirs', '65534:65534', [], as],
  ['as root', '65534:65534', [], {}],
];
for (const [title, owner, args, user] of silent) {
  test(`and not ${title}`, needs('root'), async () => {
    expect(await commandCopy(scene(owner), args, user)).toMatchObject({ status: 0, stderr: '' });
  });
}
