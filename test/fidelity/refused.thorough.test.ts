import { mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { command, quoted, runShell, runWithFaults } from '../faults/run-shell.js';
import { compareTrees } from '../helpers/compare-trees.js';
import { makeTree } from '../helpers/make-tree.js';
import { needs } from '../helpers/needs.js';
import { tracedCopy } from '../helpers/traced-copy.js';
import type { TreeEntry } from '../helpers/tree-description.js';
import { withoutKoffi } from '../helpers/without-koffi.js';

/** Calls that give an entry something beside its content, and what is said where the place refuses them. */
interface Refusal {
  title: string;
  calls: string;
  codes: readonly [fresh: string, standing: string, strict: string];
  /** what is told of as not kept */
  told: RegExp;
  /** what may differ then: nothing else */
  differs: RegExp;
}

const refusals: Refusal[] = [
  {
    title: 'chmod',
    calls: 'chmod,fchmod,fchmodat',
    codes: ['EPERM', 'EOPNOTSUPP', 'ENOSYS'],
    told: /not kept: 8 modes/,
    differs: / mode /,
  },
  {
    title: 'chown',
    calls: 'chown,fchown,lchown,fchownat',
    codes: ['EINVAL', 'EACCES', 'EPERM'],
    told: /not kept: 9 owners/,
    differs: / (uid|gid|mode) /,
  },
  {
    title: 'utimensat',
    calls: 'utimensat',
    codes: ['ENOSYS', 'EPERM', 'EACCES'],
    told: /not kept: 9 modification times/,
    differs: / mtime /,
  },
  {
    title: 'link',
    calls: 'link,linkat',
    codes: ['EACCES', 'EXDEV', 'EMLINK'],
    told: /not kept: 1 hard link/,
    differs: /hard link|linked/,
  },
  {
    title: 'link and setxattr, where all that is missing is EIO',
    calls: 'link,linkat,setxattr,lsetxattr',
    codes: ['EIO', 'EIO', 'EIO'],
    told: /not kept: \d+ extended attributes, 1 hard link/,
    differs: /hard link|linked/,
  },
  {
    title: 'listxattr',
    calls: 'listxattr,llistxattr,flistxattr',
    codes: ['EIO', 'E2BIG', 'EPERM'],
    told: /not kept: \d+ extended attributes/,
    differs: /never/,
  },
  {
    title: 'getxattr',
    calls: 'getxattr,lgetxattr',
    codes: ['EACCES', 'EINVAL', 'EOPNOTSUPP'],
    told: /not kept: \d+ extended attributes/,
    differs: /never/,
  },
  {
    title: 'setxattr',
    calls: 'setxattr,lsetxattr',
    codes: ['EPERM', 'E2BIG', 'EROFS'],
    told: /not kept: \d+ extended attributes/,
    differs: /never/,
  },
];

const entries: TreeEntry[] = [
  { path: 'small', kind: 'file', content: 'small', mode: '640' },
  { path: 'marked', kind: 'file', content: 'x', mode: '604', xattrs: { 'user.note': 'x' } },
  { path: 'large', kind: 'file', size: 700_000, mode: '755' },
  { path: 'folder/inside', kind: 'file', content: 'inside', mode: '644' },
  { path: 'folder', kind: 'folder', mode: '750', xattrs: { 'user.note': 'x' } },
  { path: 'link', kind: 'link', target: 'small' },
  { path: 'fifo', kind: 'fifo', mode: '600' },
  { path: 'other', kind: 'hardlink', to: 'small' },
  { path: 'shut', kind: 'folder', mode: '500' },
  { path: '.', kind: 'folder', mode: '755' },
];
const owned = entries.map(entry =>
  entry.kind === 'hardlink' ? entry : { ...entry, owner: { uid: 12, gid: 34 } },
);

describe('a call beside the content that the place refuses', needs('strace', 'root'), () => {
  for (const { title, calls, codes, told, differs } of refusals) {
    const [fresh, standing, strict] = codes;
    const inject = (code: string) => calls.split(',').map(call => `?${call}:error=${code}`);

    for (const code of [fresh, standing]) {
      const isStanding = code === standing;
      const where = isStanding ? 'a destination that stands' : 'a new destination';
      test(`${title}: ${code} in ${where} costs nothing else, and is told of`, async () => {
        const source = makeTree(owned);
        const copy = join(dirname(source), 'copy');
        if (isStanding) makeTree([{ path: 'folder/old', kind: 'file', content: 'old' }], copy);
        const result = await runWithFaults(inject(code), [], ['--reflink', 'never', source, copy]);
        expect(result).toMatchObject({ status: 0, stderr: '', stdout: expect.stringMatching(told) });
        const differences = compareTrees(source, copy).filter(
          line => !line.startsWith('extra: "folder/old"'),
        );
        expect(differences.filter(line => !differs.test(line))).toEqual([]);
      });
    }

    test(`${title}: ${strict} with --strict makes failed entries, and the copy of all else`, async () => {
      const source = makeTree(owned);
      const copy = join(dirname(source), 'copy');
      const args = ['--strict', '--reflink', 'never', source, copy];
      const result = await runWithFaults(inject(strict), [], args);
      expect(result.status).toBe(1);
      expect(result.stderr).toMatch(/ cannot be kept/);
    });
  }

  for (const fault of [
    'chmod,fchmod:error=EOPNOTSUPP',
    'utimensat:error=EPERM',
    'chown,lchown,fchown:error=EPERM',
  ]) {
    test(`costs nothing else in plain Node either: ${fault}`, async () => {
      const source = makeTree(owned.filter(({ kind, xattrs }) => kind !== 'fifo' && xattrs === undefined));
      const [calls] = fault.split(':');
      const what = ['-e', `trace=${calls}`, '-e', `inject=${fault}`];
      const result = await tracedCopy(what, ['--reflink', 'never'], source, undefined, withoutKoffi());
      expect(result).toMatchObject({ status: 0, stderr: '' });
      const differences = compareTrees(source, result.copy, { times: 'us' });
      expect(differences.filter(line => !/ (mode|mtime|uid|gid) /.test(line))).toEqual([]);
    });
  }
});

describe('a call that only helps', needs('strace'), () => {
  for (const isStanding of [false, true]) {
    const where = isStanding ? 'a destination that stands' : 'a new destination';

    test(`statfs: ENOSYS costs nothing, in ${where}`, async () => {
      const source = makeTree(entries);
      const copy = join(dirname(source), 'copy');
      if (isStanding) mkdirSync(copy);
      const result = await runWithFaults(['statfs:error=ENOSYS'], [], [source, copy]);
      expect(result).toMatchObject({ status: 0, stderr: '' });
      expect(compareTrees(source, copy)).toEqual([]);
    });

    test(`ftruncate: EPERM has a large file copied from start to end, in ${where}`, async () => {
      const source = makeTree([{ path: 'large', kind: 'file', size: 67_108_865 }]);
      const copy = join(dirname(source), 'copy');
      if (isStanding) mkdirSync(copy);
      const result = await runWithFaults(['ftruncate:error=EPERM'], [], [source, copy]);
      expect(result).toMatchObject({ status: 0, stderr: '' });
      expect(compareTrees(source, copy)).toEqual([]);
    });
  }
});

describe('fsync', needs('strace'), () => {
  test('of the file that the output goes to: EIO does not hold the end up', async () => {
    const source = makeTree(entries);
    const log = join(dirname(source), 'log');
    const tracer = ['strace -f -o /dev/null', '-P', quoted(log), '-e inject=fsync:error=EIO'].join(' ');
    const words = [source, join(dirname(source), 'copy')].map(quoted).join(' ');
    expect(await runShell(`${tracer} ${command} ${words} >${quoted(log)} 2>&1`)).toMatchObject({ status: 0 });
    expect(readFileSync(log, 'utf8')).toMatch(/^\d+ files, .*\n$/);
  });

  test('of anything: EINVAL is no matter where nobody has asked for it', async () => {
    const source = makeTree(entries);
    const copy = join(dirname(source), 'copy');
    const result = await runWithFaults(['fsync:error=EINVAL', 'fdatasync:error=EINVAL'], [], [source, copy]);
    expect(result).toMatchObject({ status: 0, stderr: '' });
    expect(compareTrees(source, copy)).toEqual([]);
  });

  for (const isStanding of [false, true]) {
    const folders = (copy: string) => [copy, `${copy}.partial`].flatMap(root => [root, `${root}/folder`]);
    const where = isStanding ? 'a destination that stands' : 'a new destination';

    test(`of folders: EINVAL under --fsync is counted once for each, in ${where}`, async () => {
      const source = makeTree(entries);
      const copy = join(dirname(source), 'copy');
      if (isStanding) mkdirSync(copy);
      const result = await runWithFaults(['fsync:error=EINVAL'], folders(copy), ['--fsync', source, copy]);
      expect(result).toMatchObject({
        status: 0,
        stderr: '',
        stdout: expect.stringMatching(/not kept: 2 folder syncs/),
      });
      expect(compareTrees(source, copy)).toEqual([]);
    });
  }

  test('of folders: EOPNOTSUPP under --fsync --strict makes them failed entries', async () => {
    const source = makeTree(entries);
    const copy = join(dirname(source), 'copy');
    const args = ['--fsync', '--strict', source, copy];
    const result = await runWithFaults(['fsync:error=EOPNOTSUPP'], [join(`${copy}.partial`, 'folder')], args);
    expect(result.status).toBe(1);
    expect(result.stderr).toMatch(/folder: the folder cannot be written to the disk \(\w+\)\n$/);
    expect(compareTrees(source, copy).filter(line => line.startsWith('missing'))).toEqual([]);
  });
});
