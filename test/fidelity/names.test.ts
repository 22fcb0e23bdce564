import { execFileSync } from 'node:child_process';
import { basename, dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type Bytes, showBytes, toBuffer } from '../helpers/bytes.js';
import { compareTrees } from '../helpers/compare-trees.js';
import { toldCopy, wholeCopy } from '../helpers/copies.js';
import { makeTree } from '../helpers/make-tree.js';
import { rsyncDifferences } from '../helpers/rsync-differences.js';
import { runCommand } from '../helpers/run-command.js';
import { describedTree } from '../helpers/tree-description.js';

const names: [what: string, name: Bytes][] = [
  ['a space at either end', ' name '],
  ['a newline', 'two\nlines'],
  ['a leading dash', '--delete'],
  ['a backslash and quotes', '\\\'"`'],
  ['glob characters', '*?[a-z]{b,c}'],
  ['the default suffix', 'photos[副本]'],
  ['emoji made of several code points', '👩‍👩‍👧‍👦🏳️‍🌈'],
  ['letters in a decomposed form', 'e\u0301'],
  ['control characters', '\u0001\u001b[31m\u007f'],
  ['bytes that are no UTF-8', { latin1: 'caf\xe9\xff\xfe' }],
  ['bytes that are a broken surrogate', { latin1: '\xed\xa0\x80' }],
  ['bytes that are an overlong slash', { latin1: '\xc0\xaf' }],
  ['255 bytes', 'n'.repeat(255)],
  ['255 bytes that are no UTF-8', { latin1: '\xf0'.repeat(255) }],
  ['85 letters of three bytes', '副'.repeat(85)],
  ['only dots', '...'],
  ['the look of a temporary name', '.folder-copy.0123456789abcdef.000000010000'],
  ['the look of a property of every object', '__proto__'],
];

describe('a name', () => {
  for (const [what, name] of names) {
    test(`with ${what} is kept, as that of a file, a folder, a link and a hard link`, async () => {
      const bytes = toBuffer(name);
      const inside = (folder: string): Bytes => ({
        base64: Buffer.concat([Buffer.from(`${folder}/`), bytes]).toString('base64'),
      });
      const deep: Bytes = { base64: Buffer.concat([bytes, Buffer.from('/'), bytes]).toString('base64') };
      const source = makeTree([
        { path: inside('files'), kind: 'file', content: name, mtime: '1234567890123456789' },
        { path: name, kind: 'folder', mode: '750' },
        { path: deep, kind: 'file', size: 3000 },
        { path: inside('links'), kind: 'link', target: name },
        { path: inside('others'), kind: 'hardlink', to: deep },
      ]);
      const copy = await wholeCopy(source);
      expect(compareTrees(source, copy)).toEqual([]);
      expect(rsyncDifferences(source, copy)).toEqual([]);
    });

    test(`with ${what} is kept where the destination stood before`, async () => {
      const source = makeTree([{ path: name, kind: 'file', content: 'new' }]);
      const copy = makeTree(
        [{ path: name, kind: 'file', content: 'old one' }],
        join(dirname(source), 'copy'),
      );
      await wholeCopy(source);
      expect(compareTrees(source, copy)).toEqual([]);
    });
  }

  test('that is no UTF-8 stands in events as its bytes, beside a readable form', async () => {
    const source = makeTree([{ path: { latin1: 'caf\xe9' }, kind: 'file', content: '' }]);
    const { events } = await toldCopy(source);
    expect(events.filter(event => event.type === 'file')).toEqual([
      { type: 'file', path: 'caf\ufffd', pathBase64: 'Y2Fm6Q==', bytes: 0, how: 'streamed' },
    ]);
  });

  test('is kept in all the odd forms of odd-names.json together', async () => {
    const source = makeTree(describedTree('odd-names'));
    const copy = await wholeCopy(source);
    expect(compareTrees(source, copy)).toEqual([]);
  });

  test('of source and destination itself may begin with a dash, behind --', async () => {
    const source = makeTree([{ path: '-x/file', kind: 'file', content: 'a' }]);
    const result = await runCommand(['--', '-x', '-y'], { cwd: source });
    expect(result).toMatchObject({ status: 0, stderr: '' });
    expect(compareTrees(join(source, '-x'), join(source, '-y'))).toEqual([]);
  });

  test('of the source may end with the suffix already', async () => {
    const source = makeTree([{ path: 'a[副本]/file', kind: 'file', content: 'a' }]);
    const result = await runCommand(['a[副本]'], { cwd: source });
    expect(result).toMatchObject({ status: 0, stderr: '' });
    expect(compareTrees(join(source, 'a[副本]'), join(source, 'a[副本][副本]'))).toEqual([]);
  });
});

describe('depth', () => {
  for (const workers of [1, 5]) {
    test(`of 1,000 folders, with a file in each, is copied by a pool of ${workers}`, async () => {
      const source = makeTree(
        Array.from({ length: 1000 }, (_, n) => {
          return { path: `${'d/'.repeat(n + 1)}file`, kind: 'file', content: `${n}`, mtime: `${n}500000000` };
        }),
      );
      const copy = await wholeCopy(source, ['--workers', String(workers)]);
      expect(compareTrees(source, copy)).toEqual([]);
    });
  }

  for (const existing of [false, true]) {
    const where = existing ? 'an existing destination' : 'a new destination';
    test(`beyond the longest path (4096 bytes) is no limit, in ${where}`, async () => {
      const source = makeTree([]);
      const descend = `for i in {1..40}; do n=$(printf %0250d $i); mkdir $n; cd -P $n; done
        echo deep > file; touch -d @1 file; ln file other; ln -s file link; mkfifo fifo; mkdir -m 555 closed
        truncate -s 1M hole; setfattr -n user.a -v b file; touch -h -d @-1.5 link fifo closed`;
      execFileSync('bash', ['-ec', descend], { cwd: source });
      const copy = join(dirname(source), 'copy');
      if (existing) {
        makeTree([{ path: 'only here', kind: 'file', content: '' }], copy);
        execFileSync(
          'bash',
          ['-ec', 'for i in {1..40}; do n=$(printf %0250d $i); mkdir $n; cd -P $n; done; echo old > file'],
          { cwd: copy },
        );
      }
      await wholeCopy(source, existing ? ['--delete'] : []);
      expect(compareTrees(source, copy, { xattrs: false })).toEqual([]);
      expect(basename(copy)).toBe('copy');
    });
  }
});

test('the table of names has no name twice', () => {
  const shown = names.map(([, name]) => showBytes(toBuffer(name)));
  expect(new Set(shown).size).toBe(shown.length);
});
