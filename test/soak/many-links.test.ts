import { linkSync, lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { toldCopy } from '../helpers/copies.js';
import { mountOrSkip } from '../helpers/file-systems.js';
import { makeTree } from '../helpers/make-tree.js';

test('more names than ext4 allows one file (65,000) are copied; those beyond are files of their own, counted', async context => {
  const root = mountOrSkip(context, { type: 'tmpfs' });
  const ext4 = mountOrSkip(context, { type: 'ext4' });
  const source = makeTree([{ path: 'file', kind: 'file', content: 'content' }], join(root, 'source'));
  for (let name = 0; name < 65_010; name++) linkSync(join(source, 'file'), join(source, String(name)));
  const { report, copy } = await toldCopy(source, {}, join(ext4, 'copy'));
  expect(report).toMatchObject({ status: 0, files: 65_011, failed: 0, notKept: { hardLink: 11 } });
  expect(readdirSync(copy)).toHaveLength(65_011);
  const inodes = new Set(readdirSync(copy).map(name => lstatSync(join(copy, name)).ino));
  expect(inodes.size).toBe(12);
});
