import { statfsSync } from 'node:fs';
import { type BytePath, native } from '../common/byte-path.js';
import { type Device, sameDevice } from '../common/facts.js';
import type { Reflink } from '../common/messages.js';
import { lstat } from '../common/stat.js';
import { BCACHEFS, BTRFS, OCFS2, XFS, ZFS } from '../common/system/file-systems.js';

/** Tells of a source file whether it will probably become a clone in the folder at `root`, which takes no time. */
export function cloneGuess(root: BytePath, reflink: Reflink): (source: Device) => boolean {
  if (reflink === 'never' || !CLONES.has(statfsSync(native(root)).type)) return () => false;
  const target = lstat(native(`${root}/.`));
  return source => sameDevice(source, target);
}

/** Of some of them it depends on how they were made. */
const CLONES = new Set([BCACHEFS, BTRFS, OCFS2, XFS, ZFS]);
