import { readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { commandCopy } from '../helpers/copies.js';
import { partOf } from '../helpers/part-of.js';
import type { TreeEntry } from '../helpers/tree-description.js';
import { files, trees } from './max-delete-scene.js';

describe('--max-delete', () => {
  const from = files('same', 'new');
  const to: TreeEntry[] = [...files('same', 'old', 'gone/1', 'gone/2', 'gone/deep/3')];
  // 7 entries stand there, of which 6 are to go.
  const limits: [limit: string, isEnough: boolean][] = [
    ['5', false],
    ['86%', true],
    ['0', false],
    ['6', true],
    ['85%', false],
    ['0%', false],
  ];
  for (const [limit, isEnough] of partOf(limits, 2)) {
    test(`${limit}: ${isEnough ? 'all go' : 'none goes, and the rest is copied'}; a dry run says the same`, async () => {
      const { source, copy } = trees(from, to);
      const args = ['-v', '--delete', '--max-delete', limit];
      const dry = await commandCopy(source, ['-n', ...args]);
      expect(readdirSync(copy)).toEqual(['gone', 'old', 'same']);
      const real = await commandCopy(source, args);
      expect(readdirSync(copy)).toEqual(isEnough ? ['new', 'same'] : ['gone', 'new', 'old', 'same']);
      const asDone = (text: string) =>
        text
          .replace('would be', 'was')
          .replaceAll('would copy', 'streamed')
          .replaceAll('would delete', 'deleted');
      const said = (text: string) => asDone(text).split('\n').sort().join('\n');
      expect([dry.status, said(dry.stderr)]).toEqual([real.status, said(real.stderr)]);
      expect(real.status).toBe(isEnough ? 0 : 1);
      const line = `: nothing was deleted: 6 of 7 entries in the destination are to go, more than --max-delete ${limit} allows; to delete them anyway, use --max-delete 6 (TOO_MANY_DELETIONS)\n`;
      expect(real.stderr.includes(line)).toBe(!isEnough);
    });
  }
});
