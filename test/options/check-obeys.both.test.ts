import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { partOf } from '../helpers/part-of.js';
import { shell } from '../helpers/shell.js';
import { checked, file, folder, twoTrees } from './check-trees.js';

describe('--check obeys', () => {
  const entries = [
    file('keep.txt'),
    file('a/one.txt'),
    file('a/one.tmp'),
    file('b/two.txt'),
    folder('a'),
    folder('b'),
  ];
  const obeyed: [args: string[], change: string, lines: string[]][] = [
    [['--exclude', '*.tmp'], 'rm a/one.tmp; touch b/new.tmp', []],
    [['--exclude', '*.tmp'], 'rm a/one.txt; touch b/new.txt', ['extra b/new.txt', 'missing a/one.txt']],
    [['--exclude', '/a/'], 'rm -r a; mkdir c', ['extra c']],
    [['--include', '*.txt'], 'rm a/one.tmp; touch b/x.tmp; mkdir c; touch c/x.tmp', []],
    [['--include', '*.txt'], 'mkdir -p c/d; touch c/d/x.txt a/y.txt', ['extra a/y.txt', 'extra c/d/x.txt']],
    [['--include', '*.tmp'], 'rm -r b a', ['missing a']],
    [['--include', '*.tmp'], 'touch b/x.tmp; rm keep.txt', ['extra b/x.tmp']],
    [['--include', '/a/'], 'touch a/new; mkdir a/folder; touch b/new', ['extra a/folder', 'extra a/new']],
    [['--ignore-file', 'patterns'], 'rm a/one.tmp', []],
    [['--from', 'names'], 'rm -r b; touch new a/new', ['extra a/new']],
    [['--from', 'names'], 'rm keep.txt a/one.txt', ['missing a/one.txt', 'missing keep.txt']],
  ];
  for (const [args, change, lines] of partOf(obeyed, 4)) {
    test(`${args.join(' ')}, where one has done: ${change}`, async () => {
      const [source, copy] = twoTrees(entries, entries);
      writeFileSync(join(dirname(source), 'patterns'), '*.tmp\n');
      writeFileSync(join(dirname(source), 'names'), 'keep.txt\0a\0');
      shell(copy, `${change}\ntouch -d @1234567890.123456789 . $(ls -d a b 2>/dev/null)`);
      const { differences } = await checked(source, copy, args, { cwd: dirname(source) });
      expect(differences).toEqual(lines);
    });
  }
});
