import { lstatSync, readFileSync, statSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { commandCopy, wholeCopy } from '../helpers/copies.js';
import { oddOrSkip } from '../helpers/odd-file-system.js';
import { runCommand } from '../helpers/run-command.js';
import { withoutKoffi } from '../helpers/without-koffi.js';

test('files that claim one inode, but differ in what the listing saw, are files of their own', async context => {
  const { root } = oddOrSkip(context, 'one-inode');
  writeFileSync(join(root, 'a'), 'one');
  writeFileSync(join(root, 'b'), 'another');
  const copy = await wholeCopy(root, [], { copy: join(dirname(root), 'copy') });
  expect(['a', 'b'].map(name => readFileSync(join(copy, name), 'utf8'))).toEqual(['one', 'another']);
  expect(await runCommand(['--check', '--verify', root, copy])).toMatchObject({ status: 0 });
  const again = await commandCopy(root, ['--if-exists', 'update'], { copy });
  expect(again.stdout).toContain('2 skipped');
});

describe('a file system that calls files with data a hole', () => {
  const content = Buffer.alloc(300_000, 'data');
  const cases: [args: string[], oddities: string[], env?: () => Record<string, string>][] = [
    [[], ['all-hole']],
    [['--reflink', 'never', '--chunk-size', '1000'], ['all-hole']],
    [['--verify'], ['all-hole']],
    [['--verify'], ['some-hole']],
    [['--checksums', 'sums'], ['some-hole']],
    [[], ['some-hole']],
    [[], ['all-hole'], withoutKoffi],
  ];
  for (const [args, oddities, env] of cases) {
    const how = [...args, ...(env === undefined ? [] : ['in plain Node'])].join(' ') || 'no option';
    test(`is not believed, with ${how}: ${oddities.join()}`, async context => {
      const { root, backing } = oddOrSkip(context, ...oddities);
      writeFileSync(join(backing, 'full'), content);
      truncateSync(join(backing, 'full'), 400_000);
      writeFileSync(join(backing, 'small'), 'x');
      writeFileSync(join(backing, 'empty'), '');
      const cwd = dirname(root);
      const copy = await wholeCopy(root, args, { copy: join(cwd, 'copy'), cwd, env: env?.() ?? {} });
      const full = Buffer.concat([content, Buffer.alloc(100_000)]);
      expect(readFileSync(join(copy, 'full')).equals(full)).toBe(true);
      expect(readFileSync(join(copy, 'small'), 'utf8')).toBe('x');
      expect(lstatSync(join(copy, 'full')).blocks * 512).toBeLessThan(310_000);
    });
  }

  test('is not believed by --check --verify', async context => {
    const { root, backing } = oddOrSkip(context, 'all-hole');
    writeFileSync(join(backing, 'full'), content);
    const copy = await wholeCopy(root, [], { copy: join(dirname(root), 'copy') });
    const { mtime } = statSync(join(copy, 'full'));
    truncateSync(join(copy, 'full'), 0);
    truncateSync(join(copy, 'full'), content.length);
    utimesSync(join(copy, 'full'), mtime, mtime);
    const { status, stdout } = await runCommand(['--check', '--verify', root, copy]);
    expect({ status, stdout }).toEqual({
      status: 1,
      stdout: expect.stringContaining('content full: at byte 0'),
    });
  });
});
