import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { spawnCopy } from '../faults/spawn-copy.js';
import { compareTrees } from '../helpers/compare-trees.js';
import { wholeCopy } from '../helpers/copies.js';
import { makeTree } from '../helpers/make-tree.js';
import { needs } from '../helpers/needs.js';
import { memory, scratchFolder } from '../helpers/scratch-folder.js';
import { tracedCopy } from '../helpers/traced-copy.js';
import type { TreeEntry } from '../helpers/tree-description.js';

const traced = ['-e', 'trace=fdatasync,fsync,utimensat,rename,renameat,renameat2,pwrite64,pwritev'];

/** The names of the calls on what has this name, in their order; both that write are one. */
function callsOn(calls: readonly string[], path: string): string[] {
  return calls
    .filter(call => call.includes(`<${path}>`))
    .map(call => (/^\d+ +(\w+)\(/.exec(call)?.[1] ?? call).replace(/^pwrite(64|v)$/, 'pwrite'));
}

describe('--fsync', needs('strace'), () => {
  test('sees the content to the disk, then sets the time, then syncs that, the folder and the last rename', async () => {
    const source = makeTree([{ path: 'folder/x', kind: 'file', content: 'content' }]);
    const copy = join(source, '../copy');
    const args = ['--fsync', '--reflink', 'never'];
    const { status, calls } = await tracedCopy(traced, args, source, copy);
    expect(status).toBe(0);
    const on = (path: string) => callsOn(calls, path);
    expect(on(`${copy}.partial/folder/x`)).toEqual(['pwrite', 'fdatasync', 'utimensat', 'fsync']);
    expect(on(`${copy}.partial/folder`)).toContain('fsync');
    expect(on(`${copy}.partial`)).toContain('fsync');
    const renamed = calls.findIndex(call => call.includes('rename') && call.includes(`"${copy}"`));
    const parent = calls.findIndex((call, at) => at > renamed && call.includes(`<${join(copy, '..')}>`));
    expect(renamed).toBeGreaterThan(0);
    expect(calls[parent]).toContain('fsync');
  });

  test('does all of that in the same order where the disk is slow and several files are under way', async () => {
    const names = Array.from({ length: 700 }, (_, n) => `${n}`);
    const source = makeTree(names.map(name => ({ path: `y/${name}`, kind: 'file', content: name })));
    const slow = ['-e', 'inject=fdatasync,fsync:delay_enter=2000'];
    const { status, calls, copy } = await tracedCopy([...traced, ...slow], ['--fsync'], source);
    expect(status).toBe(0);
    expect(compareTrees(source, copy)).toEqual([]);
    // More than the most workers of the default.
    const threads = calls.filter(call => call.includes('fdatasync')).map(call => Number.parseInt(call, 10));
    expect(new Set(threads).size).toBeGreaterThan(5);
    const orders = names.map(name => callsOn(calls, `${copy}.partial/y/${name}`).join());
    expect(new Set(orders)).toEqual(new Set(['pwrite,fdatasync,utimensat,fsync']));
  });

  test('syncs before the rename over a file that stands there', async () => {
    const source = makeTree([{ path: 'x', kind: 'file', content: 'content' }]);
    const copy = makeTree([{ path: 'x', kind: 'file', content: 'old' }], join(source, '../copy'));
    const { status, calls } = await tracedCopy(traced, ['--fsync', '--reflink', 'never'], source, copy);
    expect(status).toBe(0);
    const renamed = calls.findIndex(call => call.includes('rename') && /(\/|, ")x"\)? /.test(call));
    // The command itself renames its claim meanwhile.
    const [temporary = 'none'] = calls[renamed]?.match(/\.folder-copy\.[^"]+/) ?? [];
    const before = calls.slice(0, renamed).filter(call => call.includes(temporary));
    expect(before.at(-1)).toContain('fsync');
    expect(calls.slice(renamed).some(call => call.includes('fsync') && call.includes(`<${copy}>`))).toBe(
      true,
    );
  });

  test('syncs many folders in the middle of a large file, which still comes to its own', async () => {
    // Each group of small files is copied in less time than passes between two reports; the first of these
    // comes while the large file behind them is copied.
    const scratch = scratchFolder(memory);
    const group = (n: number): TreeEntry[] => [
      { path: `${n}/large`, kind: 'file', size: 2_000_000 },
      ...Array.from({ length: 30 }, (_, at) => {
        return { path: `${n}-${at}/small`, kind: 'file', content: 'x' } as const;
      }),
    ];
    const source = makeTree([0, 1, 2, 3, 4, 5].flatMap(group), join(scratch, 'source'));
    const copy = makeTree([], join(scratch, 'copy'));
    await wholeCopy(source, ['--fsync', '--reflink', 'never', '--chunk-size', '1', '-w', '1'], { copy });
    expect(compareTrees(source, copy)).toEqual([]);
  });

  for (const isStorageSlow of [true, false]) {
    test(`syncs the backup before what --delete removes goes, and its folder behind: ${isStorageSlow ? 'workers' : 'the parent'}`, async () => {
      const names = Array.from({ length: 20 }, (_, n) => `${n}`);
      const source = makeTree(names.map(name => ({ path: `${name}/x`, kind: 'file', content: name })));
      const copy = await wholeCopy(source);
      for (const name of names)
        makeTree([{ path: `extra ${name}`, kind: 'file', size: 1 }], join(copy, name));
      const [backupDir, log] = [join(source, '../backup'), join(source, '../calls')];
      const options = { delete: true, ifExists: 'update', fsync: true, backupDir, isStorageSlow };
      const tracer = [
        'strace',
        '-f',
        '-qq',
        '-y',
        '-o',
        log,
        '-e',
        'trace=link,linkat,unlink,unlinkat,fsync',
      ];
      const { status } = await spawnCopy([source, copy, JSON.stringify(options)], tracer).finished;
      expect(status).toBe(0);
      const calls = readFileSync(log, 'latin1').split('\n');
      for (const name of names) {
        const linked = calls.findIndex(call => / link(at)?\(/.test(call) && call.includes(`/extra ${name}"`));
        const gone = calls.findLastIndex(
          call => call.includes(' unlink') && call.includes(`/extra ${name}"`),
        );
        const synced = (folder: string) => (call: string) =>
          call.includes('fsync(') && call.includes(`<${folder}>`);
        expect(linked).toBeGreaterThan(-1);
        expect(calls.slice(linked, gone).some(synced(join(backupDir, name)))).toBe(true);
        expect(calls.slice(gone).some(synced(join(copy, name)))).toBe(true);
      }
    });
  }

  test('left out, nothing of the copy is synced', async () => {
    const source = makeTree([{ path: 'folder/x', kind: 'file', content: 'content' }]);
    const { calls } = await tracedCopy(traced, [], source);
    expect(calls.filter(call => call.includes('sync') && call.includes('.partial/folder'))).toEqual([]);
  });
});
