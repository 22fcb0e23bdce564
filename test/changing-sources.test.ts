import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  closeSync,
  existsSync,
  lstatSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { toldCopy } from './helpers/copies.js';
import { makeTree } from './helpers/make-tree.js';
import { startCommand } from './helpers/run-command.js';
import { canTrace, copyStoppedAt } from './helpers/traced-copy.js';

const size = 1_500_000;

function replaceBy(path: string, program: string, args: string[]): void {
  rmSync(path);
  execFileSync(program, args);
}

/** Over what is there, so that it never is shorter. */
function overwrite(path: string, content: Buffer): void {
  const file = openSync(path, 'r+');
  writeSync(file, content);
  closeSync(file);
}

/** Something happens to `x` again and again while it is copied, two bytes a chunk, until the command has ended. */
async function copyWhile(
  happen: (path: string, times: number) => void,
  existing: boolean,
  ...options: string[]
) {
  const source = makeTree([
    { path: 'x', kind: 'file', size },
    { path: 'other', kind: 'file', content: 'whole' },
  ]);
  const copy = join(dirname(source), 'copy');
  if (existing) makeTree([{ path: 'x', kind: 'file', content: 'old' }], copy);
  const running = startCommand(['--chunk-size', '2', '--reflink', 'never', ...options, source, copy]);
  let ended = false;
  running.finished.finally(() => (ended = true)).catch(() => {});
  // It begins when the copy has begun, seen by its first temporary name or file.
  for (let times = 0; !ended; times += 1) {
    if (running.processes().length > 1) happen(join(source, 'x'), times);
    await new Promise(resolve => setTimeout(resolve, 3));
  }
  return { source, copy, ...(await running.finished) };
}

describe('a file that changes while it is read', () => {
  for (const existing of [false, true]) {
    const where = existing ? 'the old one stays' : 'nothing is left of it';
    test(`all the time is CHANGED, never stored torn: ${where}`, async () => {
      const { copy, status, stderr, source } = await copyWhile((path, times) => {
        // The same size, and only letters of one kind at any moment.
        overwrite(path, Buffer.alloc(size, 97 + (times % 26)));
      }, existing);
      const path = join(copy, 'x');
      if (status === 0) {
        // It held still for long enough: then it is whole, one of the states that it had.
        const content = readFileSync(path);
        expect(content.length).toBe(size);
        expect(new Set(content).size).toBe(1);
      } else {
        expect(stderr).toBe(`folder-copy: ${source}/x: it changed while it was read (CHANGED)\n`);
        expect(existsSync(path) ? readFileSync(path, 'utf8') : 'none').toBe(existing ? 'old' : 'none');
      }
      expect(readFileSync(join(copy, 'other'), 'utf8')).toBe('whole');
    });
  }

  test('and only grows is stored up to its size at opening, and counted', async () => {
    const { copy, status, stdout, source } = await copyWhile(
      path => appendFileSync(path, 'more'),
      false,
      '--bwlimit',
      '1m', // so that each reading takes long enough to be met
    );
    expect(status).toBe(0);
    expect(stdout).toContain('not kept: 1 grown file');
    const [whole, stored] = [readFileSync(join(source, 'x')), readFileSync(join(copy, 'x'))];
    expect(stored.length).toBeGreaterThanOrEqual(size);
    expect(whole.subarray(0, stored.length).equals(stored)).toBe(true);
  });
});

// One moment that can be hit exactly: a worker is stopped at its first read of content, and a change falls into it.
describe.skipIf(!canTrace)('a file', () => {
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
    test(what, async () => {
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

test('a folder that vanishes while the tree is listed is a failed entry, and the rest is copied', async () => {
  const source = makeTree([
    { path: 'a/x', kind: 'file', content: 'x' },
    { path: 'b/x', kind: 'file', content: 'x' },
    { path: 'c/x', kind: 'file', content: 'x' },
  ]);
  let gone: string | undefined;
  const { copyFolder } = await import('../src/index.js');
  const events: string[] = [];
  // The listing reads the root as a whole before it enters its first subfolder; `start` comes before all.
  await toldCopy(source, {}, join(dirname(source), 'first'));
  const promise = copyFolder(source, join(dirname(source), 'copy'), {
    onEvent: event => {
      if (event.type !== 'start')
        return void events.push(`${event.type} ${'path' in event ? event.path : ''}`);
      gone = 'b';
      rmSync(join(source, 'b'), { recursive: true });
    },
  });
  await promise.catch(() => {});
  expect(gone).toBe('b');
  expect(events.filter(event => event.includes('/x')).sort()).toEqual(['file a/x', 'file c/x']);
});
