import { native } from '../../files/byte-path.js';
import { sameInode } from '../../files/facts.js';
import { stat } from '../../files/system/stat.js';
import type { FolderHandles } from '../../files/trees/folder-handles.js';
import type { ExtrasScope } from '../../folders/extras.js';
import type { Spared } from '../../folders/spared.js';
import type { DeletionRules } from '../../protocol/deletions.js';
import type { Places } from '../request/places.js';
import type { Request } from '../request/request.js';

/** Where the parent looks for what the copy does not have. */
export function extrasScope(
  { settings, places, selection, filters }: Request,
  trees: { readonly source: FolderHandles; readonly destination: FolderHandles; readonly spared: Spared },
): ExtrasScope {
  const { dereference, oneFileSystem } = settings;
  return { ...trees, dereference, oneFileSystem, sourceRoot: places.sourceFacts, selection, filters };
}

/** The same for workers; undefined where they cannot decide alike: by a function of the caller's, or a selection. */
export function deletionRules(
  { settings, selection, filters }: Request,
  spared: Spared,
): DeletionRules | undefined {
  const patterns = filters?.given;
  if (selection !== undefined || (filters !== undefined && patterns === undefined)) return undefined;
  const { onlyOn, sourceRoot, backup } = spared;
  const { oneFileSystem } = settings;
  const sparesExcluded = spared.filters !== undefined;
  return { patterns, sparesExcluded, onlyOn, oneFileSystem, sourceRoot, backup };
}

/**
 * Whether the source is still the folder that was copied: an empty mount point would have everything removed.
 */
export function isSourceAsBefore({ sourceRoot, sourceFacts }: Places): boolean {
  try {
    return sameInode(stat(native(sourceRoot)), sourceFacts);
  } catch {
    return false;
  }
}
