import { expect, test } from 'vitest';
import { type Bytes, toBuffer } from '../helpers/bytes.js';
import { wholeCopy } from '../helpers/copies.js';
import { makeTree } from '../helpers/make-tree.js';
import { needs } from '../helpers/needs.js';
import { rsyncDifferences } from '../helpers/rsync-differences.js';
import type { TreeEntry } from '../helpers/tree-description.js';
import { oddNames } from './odd-names.js';

// What the other tests compare by the project's own means, rsync compares once more.

test('rsync finds no difference between odd names and their copies', needs('rsync'), async () => {
  const source = makeTree(oddNames.flatMap(([, name]) => entriesNamed(toBuffer(name))));
  expect(rsyncDifferences(source, await wholeCopy(source))).toEqual([]);
});

/** A file, a folder with a file in it, a link and a hard link of that name. */
function entriesNamed(name: Buffer): TreeEntry[] {
  const inside = (folder: string | Buffer): Bytes => ({
    base64: Buffer.concat([Buffer.from(folder), Buffer.from('/'), name]).toString('base64'),
  });
  const bytes: Bytes = { base64: name.toString('base64') };
  return [
    { path: inside('files'), kind: 'file', content: bytes, mtime: '1234567890123456789' },
    { path: bytes, kind: 'folder', mode: '750' },
    { path: inside(name), kind: 'file', size: 3000 },
    { path: inside('links'), kind: 'link', target: bytes },
    { path: inside('others'), kind: 'hardlink', to: inside(name) },
  ];
}

test.each(['1', '5'])(
  'rsync finds the hard links of a tree in its copy by a pool of %s',
  needs('rsync'),
  async workers => {
    const files = Array.from({ length: 300 }, (_, n): TreeEntry => {
      return { path: `first/${n}`, kind: 'file', size: n % 7 === 0 ? 100_000 : n };
    });
    const names = ['a', 'b/c', 'z'].flatMap(folder =>
      Array.from({ length: 150 }, (_, n): TreeEntry => {
        return { path: `${folder}/${2 * n}`, kind: 'hardlink', to: `first/${2 * n}` };
      }),
    );
    const source = makeTree([...files, ...names]);
    expect(rsyncDifferences(source, await wholeCopy(source, ['--workers', workers]))).toEqual([]);
  },
);
