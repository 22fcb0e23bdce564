import { statfsSync } from 'node:fs';
import { native } from '../common/byte-path.js';

/**
 * The grain in which a file system stores modification times, in nanoseconds.
 * By its kind, as Linux numbers them (statfs(2)): a time that merely looks rounded may well be exact.
 */
export function timeGrainNs(path: string): number {
  return process.platform === 'linux' ? (GRAINS.get(statfsSync(native(path)).type) ?? 1) : 1;
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
