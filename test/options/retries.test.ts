import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
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

  test('tells of one failure of many that the listing meets with', async () => {
    const sockets = Array.from({ length: 20 }, (_, n) => ({ path: `${n}`, kind: 'socket' as const }));
    const { report, events } = await toldCopy(makeTree(sockets), { failFast: true, strict: true });
    expect(events.filter(({ type }) => type === 'error')).toHaveLength(1);
    expect(report).toMatchObject({ status: 1, failed: 1 });
  });

  for (const workers of [1, 4]) {
    test(`tells of one failure and of every finished file, with ${workers} workers`, async () => {
      const size = 3000;
      const many = Array.from({ length: 400 }, (_, n) => ({ path: `${n}`, kind: 'file' as const, size }));
      const source = makeTree(many);
      const blocked = Array.from({ length: 60 }, (_, n) => `${100 + n}`);
      const copy = makeTree(
        blocked.map(path => ({ path, kind: 'file', content: 'old' })),
        join(dirname(source), 'copy'),
      );
      const options = { failFast: true, ifExists: 'error', workers, bwlimit: 2_000_000 } as const;
      const { report, events } = await toldCopy(source, options, copy);
      expect(events.filter(({ type }) => type === 'error')).toHaveLength(1);
      expect(report).toMatchObject({ status: 1, failed: 1, code: 'EEXIST' });
      const named = events.flatMap(event => (event.type === 'file' ? [event.path] : []));
      const there = readdirSync(copy).filter(name => !blocked.includes(name));
      expect(there.sort()).toEqual(named.sort());
    });
  }

  test('is off unless asked for: all else is copied', async () => {
    const { report } = await toldCopy(makeTree(entries), { strict: true });
    expect(report).toMatchObject({ status: 1, failed: 1, files: 40, left: 0 });
  });
});
