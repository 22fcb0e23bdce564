import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { compareTrees } from '../helpers/compare-trees.js';
import { commandCopy } from '../helpers/copies.js';
import { mountOrSkip } from '../helpers/file-systems.js';
import { makeTree } from '../helpers/make-tree.js';
import type { TreeEntry } from '../helpers/tree-description.js';

const mib = 1024 * 1024;

/** Files of this size each, and a destination with older ones in their place and room for so many more bytes. */
function scene(root: string, count: number, bytes: number): { source: string; copy: string } {
  const files = (size: number): TreeEntry[] =>
    Array.from({ length: count }, (_, n) => ({ path: `${n}`, kind: 'file', size }));
  return { source: makeTree(files(bytes)), copy: makeTree(files(bytes - 1), join(root, 'copy')) };
}

describe('files that are replaced where there is room for one at a time', () => {
  for (const [title, size, count, bytes] of [
    ['files', '73m', 6, 10 * mib],
    ['files that many workers have a hand in', '400m', 4, 78 * mib],
  ] as const) {
    test(`are replaced one at a time: ${title}`, async context => {
      const { source, copy } = scene(mountOrSkip(context, { type: 'tmpfs', size }), count, bytes);
      expect(await commandCopy(source, ['-w', '5'], { copy })).toMatchObject({ status: 0, stderr: '' });
      expect(compareTrees(source, copy)).toEqual([]);
    });
  }

  test('stop the run where there is not even that, and it goes on with --if-exists update', async context => {
    const root = mountOrSkip(context, { type: 'tmpfs', size: '64m' });
    const { source, copy } = scene(root, 6, 10 * mib);
    const full = await commandCopy(source, ['-w', '5'], { copy });
    expect(full.status).toBe(1);
    expect(full.stderr).toMatch(/^folder-copy: [^\n]*--if-exists update to resume \(ENOSPC\)\n$/);
    expect(readdirSync(copy)).toHaveLength(6);
    expect(existsSync(join(copy, '.folder-copy.claim'))).toBe(false);
  });
});
