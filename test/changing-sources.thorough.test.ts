import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  existsSync,
  lstatSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { copyWhile, size } from './changing-file.js';
import { makeTree } from './helpers/make-tree.js';
import { needs } from './helpers/needs.js';
import { copyStoppedAt } from './helpers/traced-copy.js';

function replaceBy(path: string, program: string, args: string[]): void {
  rmSync(path);
  execFileSync(program, args);
}

describe('a file that changes while it is read', () => {
  test('and only grows is stored up to its size at opening, and counted', async () => {
    const { copy, status, stdout, source } = await copyWhile(
      path => appendFileSync(path, 'more'),
      false,
      '--bwlimit',
      '500k', // so that each reading takes long enough to be met
    );
    expect(status).toBe(0);
    expect(stdout).toContain('not kept: 1 grown file');
    const [whole, stored] = [readFileSync(join(source, 'x')), readFileSync(join(copy, 'x'))];
    expect(stored.length).toBeGreaterThanOrEqual(size);
    expect(whole.subarray(0, stored.length).equals(stored)).toBe(true);
  });
});

// One moment that can be hit exactly: a worker is stopped at its first read of content, and a change falls into it.
describe('a file', needs('strace'), () => {
  const cases: [what: string, happen: (path: string) => void][] = [
    [
      'that is rewritten once while it is read is stored as it is then',
      path => writeFileSync(path, 'b'.repeat(5000)),
    ],
    ['that is truncated once while it is read is stored as it is then', path => truncateSync(path, 10)],
    ['that grows once while it is read is stored as it is then', path => appendFileSync(path, 'more')],
    ['whose time alone changes while it is read is read again', path => utimesSync(path, 5, 5)],
    ['that is emptied while it is read is stored empty', path => truncateSync(path, 0)],
  ];
  for (const [what, happen] of cases) {
    test(what, async () => {
      const source = makeTree([{ path: 'x', kind: 'file', content: 'a'.repeat(5000) }]);
      const change = () => happen(join(source, 'x'));
      const { status, copy, stderr } = await copyStoppedAt(
        'preadv',
        change,
        ['-w', '1', '--reflink', 'never'],
        source,
      );
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
      expect(readFileSync(join(copy, 'x'), 'utf8')).toBe(readFileSync(join(source, 'x'), 'utf8'));
      expect(lstatSync(join(copy, 'x')).mtimeMs).toBe(lstatSync(join(source, 'x')).mtimeMs);
    });
  }

  /** Workers take their settings once something was listed for them: they are stopped at that. */
  const beforeOpening = (happen: () => void, args: readonly string[], source: string) =>
    copyStoppedAt('umask', happen, ['-w', '1', ...args], source);

  const replaced: [what: string, replace: (path: string) => void, code: RegExp][] = [
    ['that vanishes before it is opened is a failed entry', path => rmSync(path), /\/x: .*\(ENOENT\)\n$/],
    [
      'that a FIFO replaces before it is opened is CHANGED, and the run ends',
      path => replaceBy(path, 'mkfifo', [path]),
      /\/x: it is no longer a file \(CHANGED\)\n$/,
    ],
    [
      'that a folder replaces before it is opened is CHANGED',
      path => replaceBy(path, 'mkdir', [path]),
      /\/x: it is no longer a file \(CHANGED\)\n$/,
    ],
    [
      'that a link replaces before it is opened is not followed',
      path => replaceBy(path, 'ln', ['-s', '/etc/passwd', path]),
      /\/x: .*\(ELOOP\)\n$/,
    ],
  ];
  // Where it is not tried to clone it, a small file goes another way.
  const ways: [words: string, args: string[]][] = [
    ['', []],
    [', without clones', ['--reflink', 'never']],
  ];
  const replacedEachWay = replaced.flatMap(([what, ...rest]) =>
    ways.map(([words, args]) => [what + words, args, ...rest] as const),
  );
  for (const [what, args, replace, line] of replacedEachWay) {
    // Where a tracer makes storage count as slow, a worker lists the folder only then: there is nothing to see.
    test(what, { retry: 3 }, async () => {
      const source = makeTree([
        { path: 'x', kind: 'file', content: 'a'.repeat(5000) },
        { path: 'z/other', kind: 'file', content: 'whole' },
      ]);
      const { status, stderr, copy } = await beforeOpening(() => replace(join(source, 'x')), args, source);
      expect(status).toBe(1);
      expect(stderr).toMatch(line);
      expect(readFileSync(join(copy, 'z/other'), 'utf8')).toBe('whole');
      expect(existsSync(join(copy, 'x'))).toBe(false);
    });
  }

  test('that another one replaces before it is opened is stored as the new one', async () => {
    const source = makeTree([{ path: 'x', kind: 'file', content: 'a'.repeat(5000) }]);
    const replace = () => {
      writeFileSync(join(source, '../y'), 'the other');
      renameSync(join(source, '../y'), join(source, 'x'));
    };
    const { status, copy } = await beforeOpening(replace, [], source);
    expect(status).toBe(0);
    expect(readFileSync(join(copy, 'x'), 'utf8')).toBe('the other');
  });
});
