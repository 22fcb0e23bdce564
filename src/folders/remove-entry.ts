import { rmdirSync } from 'node:fs';
import { type BytePath, native, split } from '../files/byte-path.js';
import { type Facts, kindOf } from '../files/facts.js';
import { unlinkIfThere } from '../files/system/path-calls.js';
import type { FolderHandles } from '../files/trees/folder-handles.js';
import type { BackupFolder } from './backup-folder.js';

/**
 * Removes an entry of the destination; a folder has to be empty.
 * @param facts those that it had before anything in it went
 * @param backup keeps what goes, if that is asked
 */
export function removeEntry(
  destination: FolderHandles,
  path: BytePath,
  facts: Facts,
  backup: BackupFolder | undefined,
): void {
  const [folder, name] = split(path);
  if (kindOf(facts) === 'folder') {
    backup?.keepFolder(path, facts);
    destination.forget(path);
    rmdirSync(native(destination.at(folder) + name));
  } else {
    backup?.keep(folder, name);
    // What is kept may have been moved away.
    unlinkIfThere(native(destination.at(folder) + name));
  }
}
