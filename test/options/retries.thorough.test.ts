import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { makeTree } from '../helpers/make-tree.js';
import { needs } from '../helpers/needs.js';
import { tracedCopy } from '../helpers/traced-copy.js';

const tree = () => makeTree([{ path: 'x', kind: 'file', content: 'content' }]);

describe('a file that cannot be read at first', needs('strace'), () => {
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
    // On slow storage the usual way finds out why it failed side by side; each of the tries would be more.
    expect([1, 2]).toContain(calls.filter(call => call.includes('(INJECTED)')).length);
  });
});
