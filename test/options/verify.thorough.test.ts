import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { quoted, runShell } from '../faults/run-shell.js';
import { compareTrees } from '../helpers/compare-trees.js';
import { makeTree } from '../helpers/make-tree.js';
import { needs } from '../helpers/needs.js';
import { fromRoot } from '../helpers/project-root.js';
import { tracedCopy } from '../helpers/traced-copy.js';
import type { TreeEntry } from '../helpers/tree-description.js';
import { slowly } from '../slowly-read-tree.js';

const content = 'what was meant to be written';
const tree = () =>
  makeTree([
    { path: 'x', kind: 'file', content },
    { path: 'other', kind: 'file', content: 'whole' },
  ]);

/** Writes to `x` that the kernel says it has done, and has not. */
function lostWrites(copy: string, which: string): string[] {
  return [
    ...['-P', `${copy}.partial/x`],
    ...['-e', `inject=write,pwrite64,pwritev:retval=${content.length}${which}`],
  ];
}

describe('a file whose content never reached the disk', needs('strace'), () => {
  test('is found by --verify, and copied again', async () => {
    const source = tree();
    const copy = join(source, '../copy');
    const { status, stderr } = await tracedCopy(lostWrites(copy, ':when=1'), ['--verify'], source, copy);
    expect([status, stderr]).toEqual([0, '']);
    expect(readFileSync(join(copy, 'x'), 'utf8')).toBe(content);
  });

  for (const [retries, writes] of [
    ['0', 1],
    ['1', 2],
  ] as const) {
    test(`fails with VERIFY once --retries ${retries} are used up, and nothing of it is left`, async () => {
      const source = tree();
      const copy = join(source, '../copy');
      const args = ['--verify', '--retries', retries];
      const { status, stderr, calls } = await tracedCopy(lostWrites(copy, ''), args, source, copy);
      expect(stderr).toBe(`folder-copy: ${source}/x: what was read back is not what was written (VERIFY)\n`);
      expect(status).toBe(1);
      expect(calls.filter(call => call.includes('(INJECTED)'))).toHaveLength(writes);
      expect(existsSync(join(copy, 'x'))).toBe(false);
      expect(readFileSync(join(copy, 'other'), 'utf8')).toBe('whole');
    });
  }

  test('is not found without --verify', async () => {
    const source = tree();
    const copy = join(source, '../copy');
    const { status } = await tracedCopy(lostWrites(copy, ''), [], source, copy);
    expect(status).toBe(0);
    expect(readFileSync(join(copy, 'x'), 'utf8')).toBe('');
  });

  test('leaves the old file where one stands', async () => {
    const source = tree();
    const copy = makeTree([{ path: 'x', kind: 'file', content: 'old' }], join(source, '../copy'));
    // The temporary name is not known ahead: all writes of that length are lost.
    const what = ['-e', `inject=pwrite64,pwritev:retval=${content.length}`];
    const { status } = await tracedCopy(what, ['--verify', '--retries', '0'], source, copy);
    expect(status).toBe(1);
    expect(readFileSync(join(copy, 'x'), 'utf8')).toBe('old');
  });
});

test(
  'where several files are under way at a time, one whose content is lost is found, and copied again',
  needs('strace'),
  async () => {
    const entries: TreeEntry[] = Array.from({ length: 30 }, (_, n) => ({
      path: `y/${n}`,
      kind: 'file',
      size: n * 100,
    }));
    const source = makeTree([...entries, { path: 'x', kind: 'file', content }]);
    const copy = join(source, '../copy');
    const options = { ...slowly, verify: true, checksums: join(source, '../sums') };
    const words = [
      ...lostWrites(copy, ':when=1'),
      process.execPath,
      fromRoot('dist/test/faults/copy-program.js'),
    ];
    const line = ['strace', '-f', '-qq', '-o', join(source, '../calls'), ...words, source, copy];
    const { status } = await runShell([...line, JSON.stringify(options)].map(quoted).join(' '));
    expect(status).toBe(0);
    expect(readFileSync(join(source, '../calls'), 'latin1')).toContain('(INJECTED)');
    expect(compareTrees(source, copy)).toEqual([]);
    const sums = await runShell(`cd ${quoted(copy)} && sha256sum -c --strict ../sums`);
    expect(sums.stdout.match(/OK$/gm)).toHaveLength(31);
  },
);

test('--verify reads back past the page cache, before the time is set', needs('strace'), async () => {
  const source = makeTree([{ path: 'x', kind: 'file', content }]);
  const copy = join(source, '../copy');
  const what = [
    '-P',
    `${copy}.partial/x`,
    '-e',
    'trace=pwrite64,pwritev,fdatasync,fadvise64,preadv,utimensat',
  ];
  const { status, calls } = await tracedCopy(what, ['--verify', '--reflink', 'never'], source, copy);
  expect(status).toBe(0);
  const names = calls.map(call => /^\d+ +(\w+)\(/.exec(call)?.[1]?.replace(/^pwrite(64|v)$/, 'pwrite'));
  const order = names.filter((name, at) => name !== undefined && name !== names[at - 1]);
  expect(order).toEqual(['pwrite', 'fdatasync', 'fadvise64', 'preadv', 'utimensat']);
});
