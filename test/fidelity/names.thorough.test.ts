import { execFileSync } from 'node:child_process';
import { basename, dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { compareTrees } from '../helpers/compare-trees.js';
import { wholeCopy } from '../helpers/copies.js';
import { makeTree } from '../helpers/make-tree.js';
import { needs } from '../helpers/needs.js';
import { entriesNamed, oddNames } from './odd-names.js';

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
    test(
      `beyond the longest path (4096 bytes) is no limit, in ${where}`,
      needs('bash', 'getfattr'),
      async () => {
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
      },
    );
  }
});

describe('a name', () => {
  for (const [what, name] of oddNames) {
    test(`with ${what} is kept, as that of a file, a folder, a link and a hard link`, async () => {
      const source = makeTree(entriesNamed(name));
      const copy = await wholeCopy(source);
      expect(compareTrees(source, copy)).toEqual([]);
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
});
