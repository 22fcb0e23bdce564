import { lstatSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { compareTrees } from '../helpers/compare-trees.js';
import { wholeCopy } from '../helpers/copies.js';
import { makeTree } from '../helpers/make-tree.js';
import { needs } from '../helpers/needs.js';
import { shell } from '../helpers/shell.js';
import { args, differences, scene } from './backup-scene.js';

test('--backup-dir on another file system is a copy, as it was', needs('mount', 'root'), async () => {
  const { source, copy, backup } = scene();
  makeTree([{ path: 'attributed', kind: 'file', content: 'old', mode: '640' }], copy);
  shell(copy, 'mkfifo pipe; chown 7:8 attributed');
  mkdirSync(backup, { recursive: true });
  shell('/', `mount -t tmpfs tmpfs '${backup}'`);
  try {
    await wholeCopy(source, [...args, '--backup-dir', backup]);
    expect(compareTrees(source, copy)).toEqual([]);
    const { uid, gid, mode } = lstatSync(join(backup, 'attributed'));
    expect([uid, gid, mode & 0o777]).toEqual([7, 8, 0o640]);
    rmSync(join(backup, 'attributed'));
    rmSync(join(backup, 'pipe'));
    expect(differences(backup)).toEqual([]);
  } finally {
    shell('/', `umount '${backup}'`);
  }
});
