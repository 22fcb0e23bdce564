import { chmodSync, rmdirSync, unlinkSync } from 'node:fs';
import { type BytePath, join, native, split } from '../../files/byte-path.js';
import { type Device, kindOf, permissionsOf, sameDevice } from '../../files/facts.js';
import { type Failure, failureOf } from '../../files/failure.js';
import type { FolderHandles } from '../../files/system/folder-handles.js';
import { lstat, stat } from '../../files/system/stat.js';
import { isAccepted } from '../../rules/keep.js';
import type { Filters } from '../listing/filters.js';
import { namesIn } from './names-in.js';
import { openToOwner } from './open-to-owner.js';

/** An entry of the destination that was removed, or could not be. */
export type Removal =
  | { readonly kind: 'deleted'; readonly path: BytePath }
  | { readonly kind: 'failed'; readonly path: BytePath; readonly failure: Failure };

/** What stays, with the folders that it lies in. */
export interface Spared {
  /** What these exclude. */
  readonly filters: Filters | undefined;
  /** Folders of any other file system than this one; undefined: of none. */
  readonly onlyOn: Device | undefined;
}

/** Removes whatever stands at `path`, a folder with all that is in it. */
export function* removeTree(
  destination: FolderHandles,
  path: BytePath,
  remove: boolean,
  { filters, onlyOn }: Spared,
): Generator<Removal, void, undefined> {
  // Each folder is met twice: first what is in it is put on the stack above it, then it goes itself.
  const stack: Doomed[] = [new Doomed(path, undefined)];
  for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
    const [folder, name] = split(top.path);
    try {
      const place = native(destination.at(folder) + name);
      const facts = lstat(place);
      const isFolder = kindOf(facts) === 'folder';
      const isElsewhere = isFolder && onlyOn !== undefined && !sameDevice(facts, onlyOn);
      if (isElsewhere || filters?.isExcluded(top.path, isFolder)) {
        top.stays();
      } else if (isFolder && top.permissions === undefined) {
        top.permissions = remove ? openToOwner(destination, top.path) : 0;
        stack.push(top);
        for (const child of namesIn(destination.at(top.path))) {
          stack.push(new Doomed(join(top.path, child), top));
        }
      } else if (isFolder && (top.holdsSpared || (filters?.isOnlyEntered(top.path) && !top.hasLost))) {
        if (remove) restore(destination, top);
        top.stays();
      } else {
        if (isFolder) destination.forget(top.path);
        if (remove) (isFolder ? rmdirSync : unlinkSync)(place);
        top.goes();
        yield { kind: 'deleted', path: top.path };
      }
    } catch (error) {
      yield { kind: 'failed', path: top.path, failure: failureOf(error) };
    }
  }
}

/** Whether nothing at `path` is spared. */
export function canBeRemoved(destination: FolderHandles, path: BytePath, spared: Spared): boolean {
  if (spared.filters === undefined && spared.onlyOn === undefined) return true;
  for (const removal of removeTree(destination, path, false, spared)) {
    if (removal.kind === 'deleted' && removal.path === path) return true;
  }
  return false;
}

/** An entry that is to be removed. */
class Doomed {
  /** Of a folder that is being emptied: those it had before, or 0 where nothing is really removed. */
  permissions: number | undefined;
  holdsSpared = false;
  hasLost = false;

  constructor(
    readonly path: BytePath,
    readonly folder: Doomed | undefined,
  ) {}

  stays(): void {
    if (this.folder !== undefined) this.folder.holdsSpared = true;
  }

  goes(): void {
    if (this.folder !== undefined) this.folder.hasLost = true;
  }
}

/** A folder that stays looks as before. */
function restore(destination: FolderHandles, { path, permissions = 0 }: Doomed): void {
  const place = native(destination.at(path).slice(0, -1));
  if (permissionsOf(stat(place)) !== permissions) isAccepted(() => chmodSync(place, permissions));
}
