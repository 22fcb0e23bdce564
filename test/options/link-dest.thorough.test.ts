import { chmodSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { compareTrees } from '../helpers/compare-trees.js';
import { toldCopy, wholeCopy } from '../helpers/copies.js';
import { makeTree } from '../helpers/make-tree.js';
import { startCommand } from '../helpers/run-command.js';
import type { TreeEntry } from '../helpers/tree-description.js';
import { isLinked } from './link-dest-scene.js';

test('--link-dest: a run that was stopped is resumed: what is linked stays', async () => {
  const many: TreeEntry[] = Array.from({ length: 40 }, (_, n) => ({
    path: `${n}`,
    kind: 'file',
    size: 20_000,
  }));
  const source = makeTree(many);
  const snapshot = await wholeCopy(source, [], { copy: join(dirname(source), 'snapshot') });
  for (let n = 0; n < 40; n += 2) chmodSync(join(snapshot, `${n}`), 0o600);
  const copy = join(dirname(source), 'copy');
  const first = startCommand([
    '-v',
    '--workers',
    '1',
    '--bwlimit',
    '20k',
    '--link-dest',
    snapshot,
    source,
    copy,
  ]);
  await first.sees(/(linked .*\n[\s\S]*){5}/);
  await first.sees(/streamed .*\n/);
  first.child.kill('SIGTERM');
  await first.finished;
  const { how } = await toldCopy(source, { linkDest: [snapshot] }, copy);
  expect(new Set(Object.values(how))).toContain('skipped');
  expect(Object.values(how).filter(word => word === 'skipped').length).toBeGreaterThanOrEqual(6);
  expect(compareTrees(source, copy)).toEqual([]);
  expect(isLinked(copy, snapshot, '3')).toBe(true);
});
