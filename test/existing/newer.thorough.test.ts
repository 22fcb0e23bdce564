import { utimesSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { toldCopy } from '../helpers/copies.js';
import { type FileSystem, mountOrSkip } from '../helpers/file-systems.js';
import { makeTree } from '../helpers/make-tree.js';
import type { TreeEntry } from '../helpers/tree-description.js';

const file = (path: string, mtime: string): TreeEntry => ({ path, kind: 'file', content: path, mtime });

const systems: [title: string, system: FileSystem][] = [
  ['ext4 of whole seconds', { type: 'ext4', seconds: true, size: '32M' }],
  ['exFAT', { type: 'exfat', size: '32M' }],
  ['vfat, of two seconds', { type: 'vfat', size: '32M' }],
];

for (const [title, system] of systems) {
  test(`--if-exists newer on ${title}: what it cannot tell apart is not newer`, async context => {
    const copy = join(mountOrSkip(context, system), 'copy');
    const source = makeTree([
      ...['1500000000000000000', '1500000000500000000', '1500000001900000000'].map(mtime =>
        file(mtime, mtime),
      ),
      file('later', '1500000002000000000'),
    ]);
    expect((await toldCopy(source, {}, copy)).report).toMatchObject({ status: 0, files: 4 });
    const again = await toldCopy(source, { ifExists: 'newer' }, copy);
    expect(new Set(Object.values(again.how))).toEqual(new Set(['skipped']));
    utimesSync(join(source, 'later'), 1500000005, 1500000005);
    for (const dryRun of [true, false]) {
      const { how, report } = await toldCopy(source, { ifExists: 'newer', dryRun }, copy);
      expect([how.later, report.skipped]).toEqual(['streamed', 3]);
    }
  });
}
