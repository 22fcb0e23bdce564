import { opendirSync, unlinkSync } from 'node:fs';
import { type BytePath, join, NAME_ENCODING, native, ROOT, rawName } from '../../files/byte-path.js';
import { codeOf } from '../../files/failure.js';
import { isTemporaryOf } from '../../files/reserved-names.js';
import { lstatIfThere } from '../../files/system/stat.js';
import { type FolderHandles, openFolderHandles } from '../../files/trees/folder-handles.js';

/** Removes the temporary names that dead runs left in a destination, and nothing else. Yields between folders. */
export function* cleanTemporaries(handles: FolderHandles, deadRuns: ReadonlySet<string>): Generator<void> {
  const folders: BytePath[] = [ROOT];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    for (const { name, isFolder } of entriesIn(handles, folder)) {
      if (isFolder) folders.push(join(folder, name));
      else if (isTemporaryOf(name, deadRuns)) unlinkSync(native(handles.at(folder) + name));
    }
    yield;
  }
}

/** The same in a folder that may not exist. */
export function* cleanTemporariesAt(root: BytePath, deadRuns: ReadonlySet<string>): Generator<void> {
  if (lstatIfThere(native(root)) === undefined) return;
  const handles = openFolderHandles(root);
  try {
    yield* cleanTemporaries(handles, deadRuns);
  } finally {
    handles.close();
  }
}

/** A folder that cannot be read is passed over: the dead run could not have worked in it either. */
function* entriesIn(
  handles: FolderHandles,
  folder: BytePath,
): Generator<{ name: BytePath; isFolder: boolean }> {
  try {
    const directory = opendirSync(native(handles.at(folder)), { encoding: NAME_ENCODING });
    try {
      for (let found = directory.readSync(); found !== null; found = directory.readSync()) {
        yield { name: rawName(found.name), isFolder: found.isDirectory() };
      }
    } finally {
      directory.closeSync();
    }
  } catch (error) {
    if (codeOf(error) !== 'EACCES') throw error;
  }
}
