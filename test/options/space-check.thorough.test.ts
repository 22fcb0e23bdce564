import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { compareTrees } from '../helpers/compare-trees.js';
import { commandCopy } from '../helpers/copies.js';
import { mountOrSkip } from '../helpers/file-systems.js';
import { makeTree } from '../helpers/make-tree.js';
import { shell } from '../helpers/shell.js';
import type { TreeEntry } from '../helpers/tree-description.js';

const bytes: TreeEntry[] = Array.from({ length: 40 }, (_, n) => ({
  path: `${n}`,
  kind: 'file',
  size: 100_000,
}));
const entries: TreeEntry[] = Array.from({ length: 60 }, (_, n) => ({
  path: `${n}`,
  kind: 'file',
  content: '',
}));

const cases: [
  title: string,
  system: { size: string; inodes?: number },
  tree: TreeEntry[],
  missing: RegExp,
][] = [
  ['bytes', { size: '1m' }, bytes, /\(NO_SPACE\)\n$/],
  ['inodes', { size: '8m', inodes: 20 }, entries, /\(NO_SPACE\)\n$/],
];
for (const [title, system, tree, missing] of cases) {
  test(`a copy that cannot fit stops with one line, for want of ${title}, and can go on`, async context => {
    const root = mountOrSkip(context, { type: 'tmpfs', ...system });
    const copy = join(root, 'copy');
    const source = makeTree(tree);
    const { status, stderr } = await commandCopy(source, ['--bwlimit', '100k'], { copy });
    expect(status).toBe(1);
    expect(stderr).toMatch(missing);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
    expect([existsSync(copy), existsSync(`${copy}.partial`)]).toEqual([false, true]);
    shell('/', `mount -o remount,size=64m,nr_inodes=1000 '${root}'`);
    expect(await commandCopy(source, [], { copy })).toMatchObject({ status: 0, stderr: '' });
    expect([existsSync(copy), existsSync(`${copy}.partial`)]).toEqual([true, false]);
    expect(compareTrees(source, copy)).toEqual([]);
  });
}

test('--no-space-check lets the disk run full, and tells that in one line', async context => {
  const root = mountOrSkip(context, { type: 'tmpfs', size: '1m' });
  const copy = join(root, 'copy');
  const { status, stderr } = await commandCopy(makeTree(bytes), ['--no-space-check'], { copy });
  expect(status).toBe(1);
  expect(stderr).toMatch(/^folder-copy: .*\(ENOSPC\)\n$/);
});

test('holes take no room', async context => {
  const root = mountOrSkip(context, { type: 'tmpfs', size: '1m' });
  const source = makeTree([{ path: 'sparse', kind: 'file', size: 50_000_000, data: [[1_000_000, 10]] }]);
  expect(await commandCopy(source, [], { copy: join(root, 'copy') })).toMatchObject({
    status: 0,
    stderr: '',
  });
});
