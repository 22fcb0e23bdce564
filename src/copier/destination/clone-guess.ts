import { type BytePath, native } from '../../files/byte-path.js';
import { type Device, sameDevice } from '../../files/facts.js';
import { BCACHEFS, BTRFS, fileSystemOf, OCFS2, XFS, ZFS } from '../../files/system/file-systems.js';
import { lstat } from '../../files/system/stat.js';
import type { Reflink } from '../../protocol/messages.js';

/** Guesses whether a source file will be cloned into the folder at `root`: its content is not copied then. */
export function cloneGuess(root: BytePath, reflink: Reflink): (source: Device) => boolean {
  const target = reflink === 'never' ? undefined : cloningDevice(root);
  return source => target !== undefined && sameDevice(source, target);
}

/** Undefined also if the folder is gone: the next write there says so. */
function cloningDevice(root: BytePath): Device | undefined {
  try {
    return CLONES.has(fileSystemOf(native(root))) ? lstat(native(`${root}/.`)) : undefined;
  } catch {
    return undefined;
  }
}

/** Some of them can clone only if they were made so. */
const CLONES = new Set([BCACHEFS, BTRFS, OCFS2, XFS, ZFS]);
