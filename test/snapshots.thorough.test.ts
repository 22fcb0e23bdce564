import {
  existsSync,
  lstatSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { mounted, scene, shellExamples } from './example-scene.js';
import { compareTrees } from './helpers/compare-trees.js';

/** The script of the backups page, run on a day. */
function snapshots() {
  const { root, run } = scene();
  const script = shellExamples('src/manual/backups.md').find(text => text.includes('--link-dest')) ?? '';
  return {
    root,
    backups: join(root, 'mnt/backup/snapshots'),
    runOn(day: string): Promise<string> {
      writeFileSync(join(root, 'bin/date'), `#!/bin/sh\necho ${day}\n`, { mode: 0o755 });
      return run('sh', '-c', mounted(script));
    },
  };
}

const day = (n: number): string => `2026-01-${String(n).padStart(2, '0')}`;

test('the snapshot script keeps the last seven days, in which unchanged files are one', async () => {
  const { root, backups, runOn } = snapshots();
  for (let n = 1; n <= 9; n += 1) {
    writeFileSync(join(root, 'photos/notes.tmp'), `day ${n}`);
    expect(await runOn(day(n))).toBe('');
  }
  const kept = [3, 4, 5, 6, 7, 8, 9].map(day);
  expect(readdirSync(backups).sort()).toEqual([...kept, 'latest']);
  expect(readlinkSync(join(backups, 'latest'))).toBe(day(9));
  expect(compareTrees(join(root, 'photos'), join(backups, day(9)))).toEqual([]);
  const inodes = kept.map(name => lstatSync(join(backups, name, '2024/best.jpg')).ino);
  expect(new Set(inodes).size).toBe(1);
  const notes = kept.map(name => readFileSync(join(backups, name, 'notes.tmp'), 'utf8'));
  expect(notes).toEqual([3, 4, 5, 6, 7, 8, 9].map(n => `day ${n}`));
});

test('after a failure the link stays where it was, and the same day is not made twice', async () => {
  const { root, backups, runOn } = snapshots();
  await runOn(day(1));
  await expect(runOn(day(1))).rejects.toThrow(/exists already/);
  renameSync(join(root, 'photos'), join(root, 'away'));
  await expect(runOn(day(2))).rejects.toThrow();
  expect(readlinkSync(join(backups, 'latest'))).toBe(day(1));
  expect(existsSync(join(backups, day(2)))).toBe(false);
  renameSync(join(root, 'away'), join(root, 'photos'));
  await runOn(day(2));
  expect(readlinkSync(join(backups, 'latest'))).toBe(day(2));
});
