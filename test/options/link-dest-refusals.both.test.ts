import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { compareTrees } from '../helpers/compare-trees.js';
import { commandCopy } from '../helpers/copies.js';
import { makeTree } from '../helpers/make-tree.js';
import { partOf } from '../helpers/part-of.js';
import { treeSnapshot } from '../helpers/tree-snapshot.js';
import { tree } from './link-dest-scene.js';

describe('--link-dest', () => {
  const refused: [title: string, folder: string, says: RegExp][] = [
    [
      'a folder that is missing',
      'nowhere',
      /link-dest .*nowhere: no such folder; a relative path begins at the working folder/,
    ],
    ['a file', 'source/same', /is not a folder/],
    ['a folder without a name', '', /^folder-copy: link-dest: the folder's name is empty$/m],
    ['the destination', 'copy', /lies where the copy is made/],
    ['a folder in the destination', 'copy/inside', /lies where the copy is made/],
    ['the source', 'source', /is the source/],
    ['a folder in the source', 'source/folder', /is the source/],
    ['a folder that the source lies in', '.', /is the source/],
  ];
  for (const [title, folder, says] of partOf(refused, 3)) {
    test(`refuses ${title}`, async () => {
      const source = makeTree(tree);
      const root = dirname(source);
      mkdirSync(join(root, 'copy/inside'), { recursive: true });
      const before = treeSnapshot(root);
      const { status, stderr } = await commandCopy(source, ['--link-dest', folder && join(root, folder)]);
      expect(stderr).toMatch(says);
      expect(status).toBe(2);
      expect(compareTrees(before, root)).toEqual([]);
    });
  }
});
