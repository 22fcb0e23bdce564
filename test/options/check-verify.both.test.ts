import { describe, expect, test } from 'vitest';
import { partOf } from '../helpers/part-of.js';
import type { TreeEntry } from '../helpers/tree-description.js';
import { checked, file, mtime, twoTrees } from './check-trees.js';
import { flip } from './flip-byte.js';

describe('--check --verify', () => {
  for (const chunkSize of partOf(['1024', '1', '1m'], 1)) {
    test(`finds a byte that differs under the same size and time, in chunks of ${chunkSize}`, async () => {
      const size = chunkSize === '1' ? 5000 : 3_000_001;
      const entries: TreeEntry[] = [{ path: 'big', kind: 'file', size, mtime }, file('small')];
      const [source, copy] = twoTrees(entries, entries);
      const args = ['--chunk-size', chunkSize];
      expect(await checked(source, copy, [...args, '--verify'])).toMatchObject({ status: 0, stdout: '' });
      flip(copy, 'big', size - 2);
      flip(copy, 'small', 0);
      expect(await checked(source, copy, args)).toMatchObject({ status: 0, stdout: '' });
      const { status, differences } = await checked(source, copy, [...args, '--verify']);
      expect({ status, differences }).toEqual({
        status: 1,
        differences: [`content big: at byte ${size - 2}`, 'content small: at byte 0'],
      });
    });
  }
});
