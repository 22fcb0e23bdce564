import { chmodSync, unlinkSync } from 'node:fs';
import { type BytePath, native, split } from '../../files/byte-path.js';
import { codeOf, EntryError, step } from '../../files/failure.js';
import { entryCalls } from '../../files/system/choose-calls.js';
import type { FolderHandles } from '../../files/system/folder-handles.js';
import { lstatIfThere } from '../../files/system/stat.js';
import { isAccepted } from '../../rules/keep.js';
import { decideFolder, type Policy } from '../../rules/stands-there.js';
import { openToOwner } from './open-to-owner.js';

/** `kept`: it stood there; `skipped`: something else stands there and is to stay. */
export type FolderOutcome = 'made' | 'kept' | 'skipped';

/**
 * Sees to it that a real folder stands at `folder` in the destination and can be written in.
 * It is closed to all others until it gets its own mode, after its content.
 * @param setsMode see `WorkFolder.setsModes`
 * @throws {EntryError} NAME_COLLISION where the file system takes two names of the source for one;
 *   LINK_IN_THE_WAY where a link stands there and may not be replaced
 */
export function makeFolder(
  handles: FolderHandles,
  folder: BytePath,
  policy: Policy,
  setsMode: boolean,
): FolderOutcome {
  if (makeIfFree(handles, folder, setsMode)) return 'made';
  const [parent, name] = split(folder);
  const path = native(handles.at(parent) + name);
  switch (decideFolder(lstatIfThere(path), policy)) {
    case 'keep':
      openToOwner(handles, folder);
      return 'kept';
    case 'skip':
      return 'skipped';
    case 'replace':
      step('what is in its place cannot be removed', () => unlinkSync(path));
      break;
    case 'make':
      break;
  }
  if (makeIfFree(handles, folder, setsMode)) return 'made';
  throw new EntryError('EEXIST', 'something else has taken its place');
}

const PRIVATE = 0o700;

function makeIfFree(handles: FolderHandles, folder: BytePath, setsMode: boolean): boolean {
  const [parent, name] = split(folder);
  try {
    entryCalls().makeFolder(handles.place(parent), name, PRIVATE);
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    return step('cannot be made', () => {
      throw error;
    });
  }
  // By its handle: a link that takes its place meanwhile is not followed. A mode that is lost is told of at its end.
  if (setsMode) isAccepted(() => chmodSync(native(handles.at(folder).slice(0, -1)), PRIVATE));
  return true;
}
