import { native } from '../files/byte-path.js';
import { sameInode } from '../files/facts.js';
import { type FolderHandles, openFolderHandles } from '../files/system/folder-handles.js';
import { stat } from '../files/system/stat.js';
import { type Deletion, deleteExtras, type Trees } from './destination/delete-extras.js';
import type { CopySettings } from './request/options.js';
import type { Places } from './request/places.js';

/**
 * Removes from the destination what the source does not have; yields each removal.
 * @returns undefined where the source is not the folder any more that was copied: an empty place where a disk was
 *   mounted would have everything removed
 */
export function sweep(
  places: Places,
  settings: CopySettings,
  destination: FolderHandles,
  chosen: Pick<Trees, 'selection' | 'filters' | 'sparesExcluded'>,
): Generator<Deletion, void, undefined> | undefined {
  return isSourceAsBefore(places) ? deletions(places, settings, destination, chosen) : undefined;
}

function* deletions(
  { sourceRoot, sourceFacts }: Places,
  { dereference, oneFileSystem }: CopySettings,
  destination: FolderHandles,
  chosen: Pick<Trees, 'selection' | 'filters' | 'sparesExcluded'>,
): Generator<Deletion, void, undefined> {
  const source = openFolderHandles(sourceRoot, dereference);
  const onlyDeviceOf = oneFileSystem ? sourceFacts : undefined;
  try {
    yield* deleteExtras({ source, destination, dereference, onlyDeviceOf, ...chosen }, true);
  } finally {
    source.close();
  }
}

function isSourceAsBefore({ sourceRoot, sourceFacts }: Places): boolean {
  try {
    return sameInode(stat(native(sourceRoot)), sourceFacts);
  } catch {
    return false;
  }
}
