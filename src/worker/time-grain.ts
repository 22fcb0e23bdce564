import { statfsSync } from 'node:fs';
import { native } from '../common/byte-path.js';

/**
 * The grain in which a file system stores modification times, in nanoseconds.
 * By its kind, as Linux numbers them (statfs(2)): a time that merely looks rounded may well be exact.
 */
export function timeGrainNs(path: string): bigint {
  return process.platform === 'linux' ? (GRAINS.get(statfsSync(native(path)).type) ?? 1n) : 1n;
}

const GRAINS = new Map<number, bigint>([
  [0x4d44, 2_000_000_000n], // vfat
  [0x2011bab0, 10_000_000n], // exfat
  [0x482b, 1_000_000_000n], // hfsplus
  [0x5346544e, 100n], // ntfs
  [0x7366746e, 100n], // ntfs3
  [0xff534d42, 100n], // cifs
  [0xfe534d42, 100n], // smb2
]);
