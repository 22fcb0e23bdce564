import { expect, test } from 'vitest';
import { Filters } from '../../../src/copier/listing/filters.js';
import { normalizeOptions } from '../../../src/copier/request/normalize-options.js';
import { bytePath } from '../../../src/files/byte-path.js';

test('paths that were asked for are not remembered for ever', () => {
  const filters = Filters.read(normalizeOptions({ exclude: ['*.log', '/build'] }));
  const before = process.memoryUsage().heapUsed;
  for (let n = 0; n < 1_000_000; n += 1) filters.isExcluded(bytePath(`folder-${n >> 8}/file-${n}`), false);
  expect(process.memoryUsage().heapUsed - before).toBeLessThan(100_000_000);
});

test('a tree thousands of folders deep, and many more names than are remembered', () => {
  const deep = 'd/'.repeat(8000);
  for (const options of [{ exclude: ['x*', '/d/y'] }, { include: ['x*', '/d/y'] }]) {
    const filters = Filters.read(normalizeOptions(options));
    const isExclude = 'exclude' in options;
    for (let end = 2; end <= deep.length; end += 2000) {
      expect(filters.isExcluded(bytePath(deep.slice(0, end - 1)), true)).toBe(false);
      expect(filters.isExcluded(bytePath(`${deep.slice(0, end)}x1`), false)).toBe(isExclude);
    }
    for (let n = 0; n < 25_000; n += 1) filters.isExcluded(bytePath(`${n}`), false);
    expect(filters.isExcluded(bytePath(`${deep}x`), false)).toBe(isExclude);
    expect(filters.isExcluded(bytePath('d/y'), false)).toBe(isExclude);
    expect(filters.isExcluded(bytePath(`${deep}y`), false)).toBe(!isExclude);
  }
});
