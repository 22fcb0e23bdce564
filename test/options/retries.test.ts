import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { commandCopy, toldCopy } from '../helpers/copies.js';
import { makeTree } from '../helpers/make-tree.js';
import { canTrace, tracedCopy } from '../helpers/traced-copy.js';

const tree = () => makeTree([{ path: 'x', kind: 'file', content: 'content' }]);

describe.skipIf(!canTrace)('a file that cannot be read at first', () => {
  const cases: [failures: number, args: string[], status: number][] = [
    [1, [], 0],
    [2, [], 0],
    [3, [], 1],
    [1, ['--retries', '0'], 1],
    [1, ['--retries', '1'], 0],
    [4, ['--retries', '4'], 0],
  ];
  for (const [failures, args, expected] of cases) {
    const becomes = expected === 0 ? 'is copied' : 'fails with EIO';
    test(`${failures} times, with ${args.join(' ') || 'the default'}, ${becomes}`, async () => {
      const source = tree();
      const what = [
        ...['-P', join(source, 'x')],
        ...['-e', `inject=preadv,pread64,readv,read:error=EIO:when=1..${failures}`],
      ];
      const { status, stderr, copy } = await tracedCopy(
        what,
        ['-w', '1', '--reflink', 'never', ...args],
        source,
      );
      expect(status).toBe(expected);
      if (expected === 0) expect(readFileSync(join(copy, 'x'), 'utf8')).toBe('content');
      else expect(stderr).toMatch(/x: .*\(EIO\)\n$/);
    });
  }

  test('is not tried again for what cannot pass', async () => {
    const source = tree();
    const what = ['-P', join(source, 'x'), '-e', 'inject=preadv,pread64:error=EISDIR:when=1'];
    const { status, calls } = await tracedCopy(what, ['--reflink', 'never'], source);
    expect(status).toBe(1);
    expect(calls.filter(call => call.includes('(INJECTED)'))).toHaveLength(1);
  });
});

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
