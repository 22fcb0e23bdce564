import { type BytePath, join, native, ROOT, rawName } from '../../files/byte-path.js';
import { type Facts, kindOf, sameDevice } from '../../files/facts.js';
import { isReserved } from '../../files/reserved-names.js';
import { entryCalls } from '../../files/system/choose-calls.js';
import type { FolderPlace, Names } from '../../files/system/entry-calls.js';
import type { FolderHandles } from '../../files/system/folder-handles.js';
import { stat } from '../../files/system/stat.js';
import type { Filters } from '../listing/filters.js';

/** What extras are looked for in. */
export interface BothTrees {
  readonly source: FolderHandles;
  readonly destination: FolderHandles;
  /** What these exclude is no extra. */
  readonly filters: Filters | undefined;
  /** Only folders on this one's device are entered in the source; undefined: all are. */
  readonly onlyDeviceOf: Facts | undefined;
}

/**
 * Finds what only the destination has in a folder that both have. Folders that are in a copy only if something
 * in them is are looked through, whether or not the source has them: they themselves are no extras.
 * @returns a path for each extra; undefined between them, so that whoever takes from it can pause
 */
export function* extrasIn(trees: BothTrees, folder: BytePath): Generator<BytePath | undefined> {
  const { source, destination, filters } = trees;
  const calls = entryCalls();
  const folders = [{ path: folder, isInSource: true }];
  for (let within = folders.pop(); within !== undefined; within = folders.pop()) {
    const { path: parent, isInSource } = within;
    if (parent !== folder && isInSource && !isEntered(trees, parent)) continue;
    const { names, place } = destination.openNames(parent);
    try {
      for (let name = nextName(names); name !== undefined; name = nextName(names)) {
        if (parent === ROOT && isReserved(name)) continue;
        const path = join(parent, name);
        const isThere = isInSource && calls.factsIn(source.place(parent), name, false) !== undefined;
        if (filters === undefined) {
          yield isThere ? undefined : path;
          continue;
        }
        const isFolder = names.isFolder || isFolderAt(place, name);
        if (isFolder && filters.isOnlyEntered(path)) folders.push({ path, isInSource: isThere });
        else yield isThere || filters.isExcluded(path, isFolder) ? undefined : path;
      }
    } finally {
      names.close();
    }
  }
}

function nextName(names: Names): BytePath | undefined {
  const name = names.next();
  return name === undefined ? undefined : rawName(name);
}

function isFolderAt(place: FolderPlace, name: BytePath): boolean {
  const facts = entryCalls().factsIn(place, name, false);
  return facts !== undefined && kindOf(facts) === 'folder';
}

function isEntered({ source, onlyDeviceOf }: BothTrees, folder: BytePath): boolean {
  try {
    const facts = stat(native(`${source.at(folder)}.`));
    return onlyDeviceOf === undefined || sameDevice(facts, onlyDeviceOf);
  } catch {
    // No folder, or one that cannot be reached, which is told of where the source is listed.
    return false;
  }
}
