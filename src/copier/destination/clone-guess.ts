import { type BytePath, native } from '../../files/byte-path.js';
import { type Device, sameDevice } from '../../files/facts.js';
import { BCACHEFS, BTRFS, fileSystemOf, OCFS2, XFS, ZFS } from '../../files/system/file-systems.js';
import { lstat } from '../../files/system/stat.js';
import type { Reflink } from '../../protocol/messages.js';

/** Tells of a source file whether there will probably be a clone of it in the folder at `root`: nothing is copied then. */
export function cloneGuess(root: BytePath, reflink: Reflink): (source: Device) => boolean {
  const target = reflink === 'never' ? undefined : cloningDevice(root);
  return source => target !== undefined && sameDevice(source, target);
}

/** Undefined also where that cannot be told, as where the folder has gone meanwhile: whatever is written there says so. */
function cloningDevice(root: BytePath): Device | undefined {
  try {
    return CLONES.has(fileSystemOf(native(root))) ? lstat(native(`${root}/.`)) : undefined;
  } catch {
    return undefined;
  }
}

/** Of some of them it depends on how they were made. */
const CLONES = new Set([BCACHEFS, BTRFS, OCFS2, XFS, ZFS]);
