import { lstatSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { compareTrees } from '../helpers/compare-trees.js';
import { commandCopy, isRoot, toldCopy, wholeCopy } from '../helpers/copies.js';
import { makeTree } from '../helpers/make-tree.js';
import { needs } from '../helpers/needs.js';
import { runCommand } from '../helpers/run-command.js';
import { scratchFolder } from '../helpers/scratch-folder.js';
import { shell } from '../helpers/shell.js';
import type { TreeEntry } from '../helpers/tree-description.js';

const inode = (path: string): string => {
  const { dev, ino } = lstatSync(path, { bigint: true });
  return `${dev}:${ino}`;
};

describe('hard links', () => {
  test('to names outside the source keep only those inside together', async () => {
    const source = makeTree([
      { path: 'in/a', kind: 'file', content: 'x' },
      { path: 'in/b', kind: 'hardlink', to: 'in/a' },
      { path: 'out', kind: 'hardlink', to: 'in/a' },
    ]);
    const copy = await wholeCopy(join(source, 'in'));
    expect(lstatSync(join(copy, 'a')).nlink).toBe(2);
  });

  test('in an existing destination become one file, whatever stood under their names', async () => {
    const source = makeTree([
      { path: 'a', kind: 'file', content: 'new' },
      { path: 'b', kind: 'hardlink', to: 'a' },
      { path: 'c', kind: 'hardlink', to: 'a' },
    ]);
    const copy = makeTree(
      [
        { path: 'a', kind: 'file', content: 'other a' },
        { path: 'b', kind: 'link', target: 'a' },
        { path: 'c', kind: 'hardlink', to: 'a' },
      ],
      join(dirname(source), 'copy'),
    );
    await wholeCopy(source);
    expect(compareTrees(source, copy)).toEqual([]);
    await wholeCopy(source);
    expect(compareTrees(source, copy)).toEqual([]);
    expect(readdirSync(copy)).toEqual(['a', 'b', 'c']);
  });

  test('of links and FIFOs are kept too', async () => {
    const source = makeTree([
      { path: 'link', kind: 'link', target: 'x' },
      { path: 'fifo', kind: 'fifo' },
    ]);
    shell(source, 'ln -P link link2; ln fifo fifo2');
    for (const args of [[], ['--if-exists', 'update'], []]) {
      const copy = await wholeCopy(source, args);
      expect(readdirSync(copy)).toEqual(['fifo', 'fifo2', 'link', 'link2']);
      expect(compareTrees(source, copy)).toEqual([]);
    }
  });

  test('whose first name cannot be reached are copied under the next', needs('root'), async () => {
    // A first folder that cannot be searched: its names are listed, their file not reached. The order of
    // reading decides which name is met first, so that each of two is shut once.
    for (const shut of ['one', 'two']) {
      const source = makeTree([
        { path: 'one/a', kind: 'file', content: 'x' },
        { path: 'two/a', kind: 'hardlink', to: 'one/a' },
        { path: 'three/a', kind: 'hardlink', to: 'one/a' },
        { path: shut, kind: 'folder', mode: '644', owner: { uid: 65534, gid: 65534 } },
      ]);
      shell(dirname(source), 'chmod 777 .');
      const { copy, status, stderr } = await commandCopy(source, ['-q'], { uid: 65534, gid: 65534 });
      expect(status).toBe(1);
      expect(stderr).toBe(`folder-copy: ${source}/${shut}/a: permission denied (EACCES)\n`);
      const rest = ['one', 'two', 'three'].filter(name => name !== shut);
      expect(new Set(rest.map(name => inode(join(copy, name, 'a')))).size).toBe(1);
      expect(lstatSync(join(copy, 'three/a')).nlink).toBe(2);
    }
  });
});

describe('special files', () => {
  const special: TreeEntry[] = [
    { path: 'fifo', kind: 'fifo', mode: '622', mtime: '1234567890123456789' },
    { path: 'folder/socket', kind: 'socket' },
    { path: 'file', kind: 'file', content: 'x' },
  ];

  test('FIFOs are made, with mode, owner and times', async () => {
    const source = makeTree([
      { path: 'plain', kind: 'fifo', mode: '622', mtime: '1234567890123456789' },
      { path: 'special bits', kind: 'fifo', mode: '3640', mtime: '-1500000000' },
      ...(isRoot
        ? [{ path: 'owned', kind: 'fifo', mode: '6640', owner: { uid: 12, gid: 34 } } satisfies TreeEntry]
        : []),
    ]);
    const copy = await wholeCopy(source);
    expect(compareTrees(source, copy)).toEqual([]);
  });

  test('sockets are skipped, counted and said so; the status stays 0', async () => {
    const source = makeTree(special);
    const { copy, ...result } = await commandCopy(source);
    expect(result).toMatchObject({ status: 0, stderr: `skipped ${source}/folder/socket\n` });
    expect(result.stdout).toContain('1 skipped, not kept: 1 socket');
    expect(readdirSync(join(copy, 'folder'))).toEqual([]);
  });

  test('devices are skipped, counted and said so; the status stays 0', needs('root'), async () => {
    const source = makeTree([{ path: 'device', kind: 'device' }]);
    shell(source, 'mknod block b 7 99');
    const { copy, ...result } = await commandCopy(source);
    expect(result.status).toBe(0);
    expect(result.stderr.split('\n').sort()).toEqual([
      '',
      `skipped ${source}/block`,
      `skipped ${source}/device`,
    ]);
    expect(result.stdout).toContain('2 skipped, not kept: 2 devices');
    expect(readdirSync(copy)).toEqual([]);
  });

  test('with --strict each that is not kept is a failed entry', async () => {
    const { how, report } = await toldCopy(makeTree(special), { strict: true });
    expect(how).toEqual({ fifo: 'made', 'folder/socket': 'ENOTSUP', folder: 'made', file: 'streamed' });
    expect(report.status).toBe(1);
  });
});

describe('files whose size lies', () => {
  const lying: [what: string, path: string][] = [
    ['says 0 and has content, as under /proc', '/proc/sys/kernel/random'],
    ['says 4096 and has less, as under /sys', '/sys/kernel/mm/transparent_hugepage'],
  ];
  for (const [what, path] of lying) {
    test(`a file that ${what}, is read to its end`, async context => {
      if (!lstatSync(path, { throwIfNoEntry: false })?.isDirectory()) context.skip(`no ${path} here`);
      const copy = join(scratchFolder(), 'copy');
      await runCommand([path, copy]);
      const names = readdirSync(path, { withFileTypes: true }).filter(entry => entry.isFile());
      const stable = names
        .map(({ name }) => name)
        .filter(name => name !== 'uuid' && name !== 'entropy_avail');
      const text = (folder: string) => stable.map(name => [name, readable(join(folder, name))]);
      expect(text(copy)).toEqual(text(path));
      expect(stable.length).toBeGreaterThan(1);
    });
  }
});

function readable(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}
