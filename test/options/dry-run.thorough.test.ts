import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { makeTree } from '../helpers/make-tree.js';
import { needs } from '../helpers/needs.js';
import { tracedCopy } from '../helpers/traced-copy.js';
import { old, tree } from './dry-run-trees.js';

describe('-n', () => {
  test('asks the kernel for nothing that writes, in one process or two', needs('strace'), async () => {
    const source = makeTree(tree);
    const scratch = dirname(source);
    const copy = makeTree(old, join(scratch, 'copy'));
    const { calls, status } = await tracedCopy(
      ['-e', 'trace=%file,%desc,%process'],
      ['-n', '--delete'],
      source,
      copy,
    );
    expect(status).toBe(0);
    expect(calls.length).toBeGreaterThan(100);
    const writing =
      /\b(O_WRONLY|O_RDWR|O_CREAT|O_TRUNC|(mk|rm|un|re|ch|f?trunc|sym|utime|link|f?set|f?ch)\w*\()/;
    expect(
      calls.filter(call => call.includes(scratch) && writing.test(call.replace(/readlink\w*\(/, ''))),
    ).toEqual([]);
    // One more reads ahead where storage counts as slow, as it may under a tracer.
    expect(calls.filter(call => / execve\(/.test(call)).length).toBeLessThanOrEqual(2);
  });
});
