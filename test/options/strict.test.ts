import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { commandCopy } from '../helpers/copies.js';
import { makeTree } from '../helpers/make-tree.js';

for (const [strict, status, said] of [
  [false, 0, /^skipped .*\/socket\n$/],
  [true, 1, /^folder-copy: .*\/socket: .* \([A-Z]+\)\n$/],
] as const) {
  test(`a socket is ${strict ? 'a failed entry with' : 'reported without'} --strict, and all else is copied`, async () => {
    const source = makeTree([
      { path: 'socket', kind: 'socket' },
      { path: 'x', kind: 'file', content: 'content' },
    ]);
    const copied = await commandCopy(source, strict ? ['--strict'] : []);
    expect(copied.status).toBe(status);
    expect(copied.stderr).toMatch(said);
    expect(copied.stdout).toContain(strict ? '1 failed' : '1 skipped');
    expect(readFileSync(join(copied.copy, 'x'), 'utf8')).toBe('content');
  });
}
