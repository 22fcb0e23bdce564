import { type BytePath, native } from '../../files/byte-path.js';
import type { Facts } from '../../files/facts.js';
import { entryCalls } from '../../files/system/choose-calls.js';
import { fileSystemOf, NATIVE } from '../../files/system/file-systems.js';
import { unlinkIfThere } from '../../files/system/path-calls.js';
import { lstat } from '../../files/system/stat.js';
import { WORKING_FOLDER } from '../../files/trees/folder-handles.js';
import { isAccepted } from '../../rules/keep.js';
import { makeOwnFile } from './own-file.js';

/**
 * Whether a folder is ours. Some destinations decide themselves who owns what is in them, such as a mount with
 * `uid=`, or a file server that maps root to nobody: there, what we make is ours, and so is what looks like it.
 * @param probe the name of a file that may be made in the folder to find out; undefined: nothing may be written, and
 *   what could be ours is
 */
export function isOurs(path: BytePath, folder: Facts, probe: string | undefined): boolean {
  if (process.geteuid === undefined || folder.uid === process.geteuid()) return true;
  if (NATIVE.has(fileSystemOf(native(path)))) return false;
  return probe === undefined || ownerOfNew(path, folder, probe) === folder.uid;
}

/** The folder's times stay as they were. @returns undefined where nothing can be made in it */
function ownerOfNew(path: BytePath, folder: Facts, name: string): number | undefined {
  const file = native(`${path}/${name}`);
  try {
    makeOwnFile(file, '', { fsync: false });
    try {
      return lstat(file).uid;
    } finally {
      unlinkIfThere(file);
      isAccepted(() => entryCalls().setTimesIn(WORKING_FOLDER, path, folder));
    }
  } catch {
    return undefined;
  }
}
