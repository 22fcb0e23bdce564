import { lstatSync, readlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { compareTrees } from '../helpers/compare-trees.js';
import { toldCopy, wholeCopy } from '../helpers/copies.js';
import { makeTree } from '../helpers/make-tree.js';
import { shell } from '../helpers/shell.js';
import { describedTree } from '../helpers/tree-description.js';

test('links keep their text, whatever it is', async () => {
  const source = makeTree([
    ...describedTree('kinds-of-links'),
    { path: 'self', kind: 'link', target: 'self' },
    { path: 'ping', kind: 'link', target: 'pong' },
    { path: 'pong', kind: 'link', target: 'ping' },
    { path: 'up', kind: 'link', target: '..' },
    { path: 'with slashes', kind: 'link', target: './/a/../b//' },
    { path: 'long', kind: 'link', target: 'x/'.repeat(2047) },
    { path: 'bytes', kind: 'link', target: { latin1: '\xff\n' } },
    { path: 'into the source', kind: 'link', target: '../source/self' },
  ]);
  const copy = await wholeCopy(source);
  expect(compareTrees(source, copy)).toEqual([]);
});

test('a source that is a link to a folder is that folder; its default destination stands beside the link', async () => {
  const source = makeTree([
    { path: 'real/file', kind: 'file', content: 'x' },
    { path: 'here/link', kind: 'link', target: '../real' },
  ]);
  await wholeCopy(join(source, 'here/link'), [], { copy: join(source, 'here/link[副本]') });
  expect(compareTrees(join(source, 'real'), join(source, 'here/link[副本]'))).toEqual([]);
});

describe('with -L', () => {
  test('links become what they lead to, with its metadata', async () => {
    const source = makeTree([
      { path: 'file', kind: 'file', content: 'x', mode: '640', mtime: '1234567890123456789' },
      { path: 'folder/inside', kind: 'file', content: 'y' },
      { path: 'folder', kind: 'folder', mode: '750', mtime: '1234567890000000001' },
      { path: 'to file', kind: 'link', target: 'file' },
      { path: 'to folder', kind: 'link', target: 'folder' },
      { path: 'to link', kind: 'link', target: 'to folder/../to file' },
    ]);
    const copy = await wholeCopy(source, ['-L']);
    const expected = join(dirname(source), 'expected');
    shell(dirname(source), 'cp -a -L source expected');
    const notLinked = compareTrees(expected, copy).filter(line => !line.includes('hard link'));
    expect(notLinked).toEqual([]);
    expect(lstatSync(join(copy, 'to link')).isFile()).toBe(true);
  });

  test('what cannot be followed fails: dangling ENOENT, loops and ancestors ELOOP; the rest is copied', async () => {
    const source = makeTree([
      { path: 'file', kind: 'file', content: 'x' },
      { path: 'dangling', kind: 'link', target: 'nowhere' },
      { path: 'loop', kind: 'link', target: 'loop' },
      { path: 'a/b/up', kind: 'link', target: '../..' },
      { path: 'a/self', kind: 'link', target: '.' },
      { path: 'a/b/other', kind: 'link', target: '../../z' },
      { path: 'z/file', kind: 'file', content: 'z' },
    ]);
    const { how, report, copy } = await toldCopy(source, { dereference: true });
    expect(how).toEqual({
      file: 'streamed',
      dangling: 'ENOENT',
      loop: 'ELOOP',
      a: 'made',
      'a/b': 'made',
      'a/b/up': 'ELOOP',
      'a/self': 'ELOOP',
      'a/b/other': 'made',
      'a/b/other/file': 'streamed',
      z: 'made',
      'z/file': 'streamed',
    });
    expect(report).toMatchObject({ status: 1, failed: 4, left: 0 });
    expect(lstatSync(join(copy, 'a/b/other')).isDirectory()).toBe(true);
  });

  test('a link in the destination is replaced all the same, not followed', async () => {
    const source = makeTree([
      { path: 'real', kind: 'file', content: 'new' },
      { path: 'x', kind: 'link', target: 'real' },
    ]);
    const outside = makeTree(
      [{ path: 'file', kind: 'file', content: 'outside' }],
      join(dirname(source), 'outside'),
    );
    const copy = makeTree(
      [{ path: 'x', kind: 'link', target: '../outside/file' }],
      join(dirname(source), 'copy'),
    );
    await wholeCopy(source, ['-L', '--delete']);
    expect(lstatSync(join(copy, 'x')).isFile()).toBe(true);
    expect(lstatSync(join(outside, 'file')).size).toBe(7);
  });
});

test('a destination that is a dangling link, or a link to a file, is refused', async () => {
  const source = makeTree([{ path: 'x', kind: 'file', content: 'x' }]);
  shell(dirname(source), 'ln -s nowhere dangling; ln -s source/x file');
  for (const name of ['dangling', 'file']) {
    await expect(toldCopy(source, {}, join(dirname(source), name))).rejects.toThrow(/ENOENT|ENOTDIR/);
    expect(readlinkSync(join(dirname(source), name))).toMatch(/^(nowhere|source\/x)$/);
  }
});
