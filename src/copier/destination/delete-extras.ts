import { type BytePath, native, ROOT } from '../../files/byte-path.js';
import { type Facts, sameInode } from '../../files/facts.js';
import { failedStep, failureOf } from '../../files/failure.js';
import { stat } from '../../files/system/stat.js';
import type { Places } from '../request/places.js';
import { type ExtrasScope, extrasIn } from './extras.js';
import { type Removal, type Remover, removeTree } from './remove-tree.js';

/** Removes from the destination what the copy does not have; yields each removal, and undefined in between. */
export function* deleteExtras(
  scope: ExtrasScope,
  remover: Remover,
): Generator<Deletion | undefined, void, undefined> {
  const { source, destination, spared } = scope;
  const folders: BytePath[] = [ROOT];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    try {
      const extras: BytePath[] = [];
      for (const found of extrasIn(scope, folder)) {
        if (found === undefined) yield undefined;
        else (found.kind === 'extra' ? extras : folders).push(found.path);
      }
      if (extras.length === 0) continue;
      const facts = stat(native(`${source.at(folder)}.`));
      remover.open(folder);
      for (const path of extras) yield* removeTree(destination, path, spared, remover);
      yield { kind: 'touched', folder, facts };
    } catch (error) {
      scope.request.filters?.rethrow(error);
      const failure = failureOf(failedStep('its extra entries cannot be deleted', error));
      yield { kind: 'failed', path: folder, failure };
    }
  }
}

export type Deletion =
  | Removal
  /** Something in this folder was deleted, so that its times have to be set anew. */
  | { readonly kind: 'touched'; readonly folder: BytePath; readonly facts: Facts };

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
