import { statfsSync } from 'node:fs';

/** The kind of the file system that a path is on, as Linux numbers them in `statfs(2)`; 0 where that cannot be told. */
export function fileSystemOf(path: string | Buffer): number {
  if (process.platform !== 'linux') return 0;
  try {
    return statfsSync(path).type;
  } catch {
    // A sandbox or a file server may refuse it, and there need not be a `/proc` to name an open file by.
    return 0;
  }
}

export const BCACHEFS = 0xca451a4e;
export const BTRFS = 0x9123683e;
/** ext2, ext3 and ext4. */
export const EXT = 0xef53;
export const F2FS = 0xf2f52010;
export const FUSE = 0x65735546;
const GFS2 = 0x01161970;
export const OVERLAY = 0x794c7630;
export const OCFS2 = 0x7461636f;
export const TMPFS = 0x01021994;
export const XFS = 0x58465342;
export const ZFS = 0x2fc12fc1;
export const CIFS = 0xff534d42;
export const EXFAT = 0x2011bab0;
export const HFSPLUS = 0x482b;
export const NTFS = 0x5346544e;
export const NTFS3 = 0x7366746e;
export const SMB2 = 0xfe534d42;
export const VFAT = 0x4d44;

/** Linux's own on local disks and in memory: what they call a hole is one, and their owners are their entries' own. */
export const NATIVE: ReadonlySet<number> = new Set([
  BCACHEFS,
  BTRFS,
  EXT,
  F2FS,
  GFS2,
  OCFS2,
  TMPFS,
  XFS,
  ZFS,
]);
