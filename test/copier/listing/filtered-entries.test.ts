import { expect, test } from 'vitest';
import { enteredLate } from '../../../src/copier/listing/filtered-entries.js';
import type { Listed } from '../../../src/copier/listing/listed.js';
import { bytePath } from '../../../src/files/byte-path.js';
import { stat } from '../../../src/files/system/stat.js';

test('a folder that could be read only in part fails, also where nothing was found in it', () => {
  const folder = bytePath('a');
  const facts = stat('.');
  const failure = { code: 'EIO', message: 'broken' };
  const walk: Listed[] = [
    { kind: 'enter', folder, facts, skip: () => {} },
    { kind: 'leave', folder, failure },
  ];
  expect([...enteredLate(walk, () => true)]).toEqual([
    { kind: 'failed', path: folder, isFolder: true, failure },
  ]);
  expect([...enteredLate(walk, () => false)]).toEqual(walk);
});
