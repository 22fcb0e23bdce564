import { existsSync, lstatSync, mkdirSync, renameSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect } from 'vitest';
import { compareTrees } from '../helpers/compare-trees.js';
import { makeTree } from '../helpers/make-tree.js';
import { startCommand } from '../helpers/run-command.js';
import { removeTree, scratchFolder } from '../helpers/scratch-folder.js';
import type { TreeEntry } from '../helpers/tree-description.js';
import { treeSnapshot } from '../helpers/tree-snapshot.js';

/**
 * Copies again and again while links to the outside take the place of the destination's folders; nothing may be
 * changed there. @returns how many were planted
 */
export async function copyWhilePlanting(policy: string, deletes: boolean, rounds: number): Promise<number> {
  const scratch = scratchFolder();
  const outside = makeTree(
    [
      { path: 'secret', kind: 'file', content: 'outside', mode: '600', mtime: '7' },
      { path: 'f1', kind: 'file', content: 'outside', mode: '604', mtime: '7' },
      { path: 'sub/f2', kind: 'file', content: 'outside', mtime: '7' },
      { path: 'sub', kind: 'folder', mode: '750', mtime: '7' },
      { path: '.', kind: 'folder', mode: '755', mtime: '7' },
    ],
    join(scratch, 'outside'),
  );
  const before = treeSnapshot(outside);
  const files: TreeEntry[] = [];
  for (let n = 0; n < 40; n++) {
    for (let f = 0; f < 12; f++) files.push({ path: `d${n}/f${f}`, kind: 'file', size: 2000 });
    files.push(
      { path: `d${n}/sub/f2`, kind: 'file', content: 'x' },
      { path: `d${n}/sub`, kind: 'folder', mode: '555' },
    );
  }
  const source = makeTree(files, join(scratch, 'source'));
  const copy = join(scratch, 'copy');
  let planted = 0;
  for (let round = 0; round < rounds; round++) {
    if (existsSync(copy)) removeTree(copy);
    mkdirSync(copy);
    if (round % 2 === 1)
      makeTree(
        files.map(entry => ({ ...entry, mode: entry.kind === 'folder' ? '755' : '644' })),
        copy,
      );
    const running = startCommand([
      '-w',
      '2',
      '--if-exists',
      policy,
      ...(deletes ? ['--delete'] : []),
      source,
      copy,
    ]);
    let ended = false;
    running.finished.finally(() => (ended = true)).catch(() => {});
    for (let n = 0; !ended; n = (n + 7) % 40) {
      for (const name of [`d${n}`, `d${n}/sub`]) if (plant(join(copy, name), outside, planted)) planted += 1;
      await new Promise(resolve => setImmediate(resolve));
    }
    const { status, stderr } = await running.finished;
    expect([0, 1]).toContain(status);
    expect(stderr).not.toMatch(/\n {4}at /);
    expect(compareTrees(before, outside)).toEqual([]);
  }
  return planted;
}

/** Puts a link to the outside in a folder's place. */
function plant(path: string, outside: string, serial: number): boolean {
  try {
    // Not through a link of its own making.
    if (!lstatSync(dirname(path)).isDirectory() || !lstatSync(path).isDirectory()) return false;
    renameSync(path, `${path}.moved.${serial}`);
    symlinkSync(outside, path);
    return true;
  } catch {
    return false;
  }
}
