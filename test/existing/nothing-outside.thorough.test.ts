import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { compareTrees } from '../helpers/compare-trees.js';
import { makeTree } from '../helpers/make-tree.js';
import { needs } from '../helpers/needs.js';
import { tracedCopy } from '../helpers/traced-copy.js';
import { copyWhilePlanting } from './planted-links.js';
import { entries } from './varied-tree.js';

describe('what stands in the destination', needs('strace'), () => {
  for (const [what, args] of [
    ['overwritten', []],
    ['overwritten, with --delete', ['--delete']],
    ['updated', ['--if-exists', 'update']],
    ['streamed, one chunk a byte', ['--reflink', 'never', '--chunk-size', '1k']],
  ] as [string, string[]][]) {
    test(`is never opened for writing, and never truncated: ${what}`, async () => {
      const source = makeTree(entries);
      const copy = makeTree(
        entries.map(entry => ({ ...entry, mtime: '5' })),
        join(source, '../copy'),
      );
      const calls = await tracedCopy(['-e', 'trace=open,openat,creat,truncate,ftruncate'], args, source);
      expect(calls.status).toBe(0);
      const opened = calls.calls.filter(
        call => /O_WRONLY|O_RDWR|O_CREAT|O_TRUNC|creat\(/.test(call) && call.includes('copy'),
      );
      expect(opened.length).toBeGreaterThan(3);
      expect(opened.filter(call => !call.includes('O_EXCL') || !call.includes('O_NOFOLLOW'))).toEqual([]);
      expect(compareTrees(source, copy)).toEqual([]);
    });
  }

  test('is reached without following a link: every open in it refuses links', async () => {
    const source = makeTree(entries);
    const copy = makeTree(entries, join(source, '../copy'));
    const { calls } = await tracedCopy(['-e', 'trace=open,openat'], ['--delete'], source);
    const inside = calls.filter(call => /openat\(\d+<[^>]*\/copy(\/folder)?>, "(folder|deep)"/.test(call));
    expect(inside.length).toBeGreaterThan(2);
    expect(inside.filter(call => !call.includes('O_NOFOLLOW'))).toEqual([]);
    // What goes by a handle's name in /proc leads to the handle's own folder, or refuses links as well.
    const byHandle = calls.filter(call => /"\/proc\/self\/fd\/\d+\/[^"]/.test(call));
    expect(byHandle.filter(call => !call.includes('O_NOFOLLOW'))).toEqual([]);
    // No absolute path below the destination is used at all: only names in folders that are held open.
    expect(calls.filter(call => call.includes(`"${copy}/`) && !call.includes('O_NOFOLLOW'))).toEqual([]);
  });
});

test('a source is opened for reading only', needs('strace', 'root'), async () => {
  const source = makeTree(entries);
  const { calls } = await tracedCopy(['-e', 'trace=%file,fchmod,fchown,ftruncate'], [], source);
  const writing = /O_WRONLY|O_RDWR|O_CREAT|unlink|rename|mkdir|chmod|chown|utime|setxattr|truncate/;
  const inSource = calls.filter(call => call.includes('/source') && !call.includes('execve'));
  expect(inSource.length).toBeGreaterThan(3);
  expect(inSource.filter(call => writing.test(call) && !call.includes('/copy'))).toEqual([]);
});

for (const [policy, deletes] of [
  ['overwrite', true],
  ['overwrite', false],
  ['update', false],
] as const) {
  test(`a link that is planted while the copy runs leads nothing outside: --if-exists ${policy}${deletes ? ' --delete' : ''}`, {
    timeout: 120_000,
  }, async () => {
    expect(await copyWhilePlanting(policy, deletes, 6)).toBeGreaterThan(20);
  });
}
