import { existsSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { commandCopy, toldCopy } from '../helpers/copies.js';
import { makeTree } from '../helpers/make-tree.js';

describe('--fail-fast', () => {
  const entries = [
    { path: 'a socket', kind: 'socket' as const },
    ...Array.from({ length: 40 }, (_, n) => ({ path: `sub/${n}`, kind: 'file' as const, size: 100_000 })),
  ];

  test('stops at the first failed entry, leaves .partial, and the same command without it goes on', async () => {
    const source = makeTree(entries);
    const first = await commandCopy(source, ['--fail-fast', '--strict', '--bwlimit', '1m']);
    expect(first.status).toBe(1);
    expect(first.stderr).toContain('stopped at the first failed entry');
    expect(first.stdout).toContain('1 failed');
    expect([existsSync(first.copy), existsSync(`${first.copy}.partial`)]).toEqual([false, true]);
    const second = await commandCopy(source);
    expect(second).toMatchObject({ status: 0, stderr: expect.stringMatching(/^skipped .*a socket\n$/) });
    expect([existsSync(second.copy), existsSync(`${second.copy}.partial`)]).toEqual([true, false]);
  });

  test('is off unless asked for: all else is copied', async () => {
    const { report } = await toldCopy(makeTree(entries), { strict: true });
    expect(report).toMatchObject({ status: 1, failed: 1, files: 40, left: 0 });
  });
});
