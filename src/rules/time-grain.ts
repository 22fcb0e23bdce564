import { statfsSync } from 'node:fs';
import { native } from '../files/byte-path.js';
import { stat } from '../files/system/stat.js';

/**
 * The grain in which a file system stores modification times, in nanoseconds: by its kind, as Linux numbers them
 * (statfs(2)), or by the change time of the destination's root, which the file system itself has set. One without a
 * fraction is not by chance: it keeps whole seconds, as ext2, ext3 and ext4 with inodes of 128 bytes do. Of
 * modification times that cannot be said: one that looks rounded may well be exact.
 * @param path of the destination's root
 */
export function timeGrainNs(path: string): number {
  const known = process.platform === 'linux' ? GRAINS.get(statfsSync(native(path)).type) : undefined;
  return known ?? (stat(native(path)).ctimeNs === 0 ? 1_000_000_000 : 1);
}

const GRAINS = new Map<number, number>([
  [0x4d44, 2_000_000_000], // vfat
  [0x2011bab0, 10_000_000], // exfat
  [0x482b, 1_000_000_000], // hfsplus
  [0x5346544e, 100], // ntfs
  [0x7366746e, 100], // ntfs3
  [0xff534d42, 100], // cifs
  [0xfe534d42, 100], // smb2
]);
