import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { platformCalls } from '../../src/files/system/platform-calls.js';
import { type CheckOptions, type CopyEvent, checkFolder } from '../../src/index.js';
import { wholeCopy } from '../helpers/copies.js';
import { isValid } from '../helpers/events.js';
import { makeTree } from '../helpers/make-tree.js';
import type { TreeEntry } from '../helpers/tree-description.js';
import { withoutKoffi } from '../helpers/without-koffi.js';
import { checked } from './check-trees.js';

const xattrs = { 'user.a': '1', 'user.b': '2' };
const tree: TreeEntry[] = [
  { path: 'same', kind: 'file', content: 'x', xattrs },
  { path: 'bare', kind: 'file', content: 'x' },
  { path: 'lost', kind: 'file', content: 'x', xattrs },
  { path: 'other', kind: 'file', content: 'x', xattrs },
  { path: 'more', kind: 'file', content: 'x' },
  { path: 'listed', kind: 'file', content: 'x', mode: '640' },
  { path: 'folder/file', kind: 'file', content: 'x' },
  { path: 'folder', kind: 'folder', xattrs },
];
/** `user:7:rw-`, as the kernel has it. */
const list = Buffer.from(
  '02000000' +
    '01000600ffffffff' +
    '0200060007000000' +
    '04000400ffffffff' +
    '10000400ffffffff' +
    '20000000ffffffff',
  'hex',
);
const lines = [
  'attributes .: user.r',
  'attributes folder: user.b',
  'attributes listed: system.posix_acl_access',
  'attributes lost: user.a, user.b',
  'attributes more: user.c',
  'attributes other: user.a',
];

const attribute = {
  set: (path: string, name: string, value: Buffer) => platformCalls()?.setAttribute(path, name, value),
  remove: (path: string, name: string) => platformCalls()?.removeAttribute(path, name),
};

async function differentTrees(): Promise<[source: string, copy: string]> {
  const source = makeTree(tree);
  const copy = await wholeCopy(source);
  const at = (path: string) => join(copy, path);
  for (const name of ['user.a', 'user.b']) attribute.remove(at('lost'), name);
  attribute.remove(at('folder'), 'user.b');
  attribute.set(at('other'), 'user.a', Buffer.from('3'));
  attribute.set(at('more'), 'user.c', Buffer.from(''));
  attribute.set(at('.'), 'user.r', Buffer.from(''));
  attribute.set(at('listed'), 'system.posix_acl_access', list);
  return [source, copy];
}

test('--check tells of attributes and access control lists that are not alike', async () => {
  const [source, copy] = await differentTrees();
  for (const args of [[], ['--verify']]) {
    const { status, differences } = await checked(source, copy, args);
    expect([status, differences]).toEqual([1, lines]);
  }
});

test('and says nothing of them where they cannot be reached', async () => {
  const [source, copy] = await differentTrees();
  expect(await checked(source, copy, [], { env: withoutKoffi() })).toMatchObject({
    status: 0,
    differences: [],
  });
});

test('with links followed, those of what they lead to are compared', async () => {
  const outside = makeTree([{ path: 'target', kind: 'file', content: 'x', xattrs }]);
  const source = makeTree(
    [{ path: 'link', kind: 'link', target: join(outside, 'target') }],
    join(dirname(outside), 's'),
  );
  const copy = await wholeCopy(source, ['-L'], { copy: join(dirname(outside), 'copy') });
  expect(await checked(source, copy, ['-L'])).toMatchObject({ status: 0, differences: [] });
  attribute.remove(join(copy, 'link'), 'user.b');
  expect(await checked(source, copy, ['-L'])).toMatchObject({
    status: 1,
    differences: ['attributes link: user.b'],
  });
});

test('their events have the names as each has them', async () => {
  const [source, copy] = await differentTrees();
  const events: CopyEvent[] = [];
  await checkFolder(source, copy, { onEvent: event => events.push(event) });
  // Where storage is slow, folders are read ahead, and files looked for at once.
  const slowly = { isStorageSlow: true } as CheckOptions;
  expect(await checkFolder(source, copy, slowly)).toMatchObject({ differences: lines.length });
  expect(events.filter(event => !isValid(event))).toEqual([]);
  const found = (path: string) => events.find(event => event.type === 'difference' && event.path === path);
  expect(found('lost')).toMatchObject({ kind: 'attributes', source: ['user.a', 'user.b'], destination: [] });
  expect(found('other')).toMatchObject({ kind: 'attributes', source: ['user.a'], destination: ['user.a'] });
});
