import { dirname, join } from 'node:path';
import { expect, type TestOptions, test } from 'vitest';
import { compareTrees } from '../helpers/compare-trees.js';
import { wholeCopy } from '../helpers/copies.js';
import { makeTree } from '../helpers/make-tree.js';
import { scratchFolder } from '../helpers/scratch-folder.js';
import { shell } from '../helpers/shell.js';
import type { TreeEntry } from '../helpers/tree-description.js';

/**
 * Tests that what a folder of the destination hands down to what is made in it leaves no mark.
 * @param lines shell that gives it to the folder `$1`
 */
export function leavesNoMark(what: string, lines: string, options: TestOptions): void {
  for (const [where, folder] of places) {
    for (const xattrs of ['auto', 'never']) {
      test(`leaves no mark: ${what} of ${where}, --xattrs ${xattrs}`, options, async () => {
        const source = makeTree(entries);
        const beside = join(scratchFolder(), 'd');
        shell(
          dirname(beside),
          `mkdir d; cd d; ${folder.startsWith('copy') ? `mkdir -p ${folder}` : ''}
          mark() { ${lines}; }; mark ${folder === 'new/er' ? '.' : folder}`,
        );
        const copy = join(beside, folder === 'new/er' ? 'new/er/copy' : 'copy');
        await wholeCopy(source, ['--xattrs', xattrs], { copy });
        expect(compareTrees(source, copy, { xattrs: true })).toEqual([]);
      });
    }
  }
}

const entries: TreeEntry[] = [
  { path: 'file', kind: 'file', content: 'x', mode: '640' },
  { path: 'folder/deep/file', kind: 'file', content: 'y', mode: '604' },
  { path: 'folder', kind: 'folder', mode: '750' },
  { path: 'link', kind: 'link', target: 'file' },
  { path: 'fifo', kind: 'fifo', mode: '620' },
  { path: 'holes', kind: 'file', size: 100_000, data: [], mode: '600' },
  { path: 'other', kind: 'hardlink', to: 'file' },
];

const places: [where: string, folder: string][] = [
  ['its parent', '.'],
  ['the parents that are made for it', 'new/er'],
  ['the destination itself, which stands', 'copy'],
  ['a folder that stands in it', 'copy/folder'],
];
