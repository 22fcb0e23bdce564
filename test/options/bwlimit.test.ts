import { join } from 'node:path';
import { expect, test } from 'vitest';
import { toldCopy } from '../helpers/copies.js';
import { makeTree } from '../helpers/make-tree.js';
import { scratchFolder } from '../helpers/scratch-folder.js';

test('a ceiling below the size of a chunk, or far above what can be had, is no hindrance', async () => {
  const source = makeTree([{ path: 'x', kind: 'file', size: 600 }]);
  for (const bwlimit of [500, 2 ** 40]) {
    const copy = join(scratchFolder(), 'copy');
    const { report } = await toldCopy(source, { bwlimit, reflink: 'never' }, copy);
    expect(report).toMatchObject({ status: 0, bytes: 600 });
  }
});
