import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type FileSystem, mountOrSkip } from './file-systems.js';

const systems: FileSystem[] = [
  { type: 'tmpfs' },
  { type: 'ext4' },
  { type: 'ext4', casefold: true },
  { type: 'btrfs' },
  { type: 'xfs' },
  { type: 'vfat' },
  { type: 'ntfs' },
];

const roots: string[] = [];

describe('mounted file systems', () => {
  for (const system of systems) {
    test(`${JSON.stringify(system)} is mounted, empty, and can be written`, context => {
      const root = mountOrSkip(context, system);
      roots.push(root);
      const type = execFileSync('stat', ['-f', '-c', '%T', root], { encoding: 'utf8' }).trim();
      expect(type).toBe(
        { ext4: 'ext2/ext3', vfat: 'msdos', ntfs: 'fuseblk' }[system.type as string] ?? system.type,
      );
      expect(readdirSync(root)).toEqual([]);
      writeFileSync(join(root, 'file'), 'content');
      expect(existsSync(join(root, 'FILE'))).toBe(system.type === 'ntfs' || system.type === 'vfat');
    });
  }

  test('a tmpfs has the limits asked for', context => {
    const root = mountOrSkip(context, { type: 'tmpfs', size: '64k', inodes: 5, options: 'noatime' });
    expect(statfsSync(root)).toMatchObject({ files: 5, blocks: 16 });
    expect(() => writeFileSync(join(root, 'file'), Buffer.alloc(100_000))).toThrow('ENOSPC');
  });

  test('nothing stays mounted', () => {
    const mounts = readFileSync('/proc/mounts', 'utf8');
    expect(roots.filter(root => mounts.includes(root) || existsSync(root))).toEqual([]);
  });
});
