import { rmdirSync } from 'node:fs';
import { type BytePath, join, native, split } from '../../files/byte-path.js';
import { type Device, type Facts, kindOf, sameDevice, sameInode } from '../../files/facts.js';
import { type Failure, failedStep, failureOf } from '../../files/failure.js';
import { unlinkIfThere } from '../../files/system/path-calls.js';
import { lstat } from '../../files/system/stat.js';
import type { FolderHandles } from '../../files/trees/folder-handles.js';
import type { BackupFolder } from '../../folders/backup-folder.js';
import { closeAgain, openToOwner } from '../../folders/open-to-owner.js';
import type { Filters } from '../listing/filters.js';
import { namesIn } from './names-in.js';

/** Removes the entry at `path`, a folder with all that is in it, except what is spared. */
export function* removeTree(
  destination: FolderHandles,
  path: BytePath,
  spared: Spared,
  remover: Remover,
): Generator<Removal, void, undefined> {
  const { filters } = spared;
  // Each folder is met twice: first what is in it is put on the stack above it, then it goes itself.
  const stack: ToDelete[] = [new ToDelete(path, undefined)];
  for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
    const [folder, name] = split(top.path);
    try {
      const facts = lstat(native(destination.at(folder) + name));
      const isFolder = kindOf(facts) === 'folder';
      if (isSpared(spared, top.path, facts)) {
        top.stays();
      } else if (isFolder && top.permissions === undefined) {
        top.before = facts;
        top.permissions = remover.open(top.path);
        stack.push(top);
        for (const child of namesIn(destination, top.path)) {
          stack.push(new ToDelete(join(top.path, child), top));
        }
      } else if (isFolder && (top.holdsSpared || (filters?.isOnlyEntered(top.path) && !top.hasLost))) {
        remover.restore(top.path, top.permissions ?? 0);
        top.stays();
      } else {
        remover.remove(top.path, top.before ?? facts);
        top.goes();
        yield { kind: 'deleted', path: top.path };
      }
    } catch (error) {
      filters?.rethrow(error);
      yield { kind: 'failed', path: top.path, failure: failureOf(failedStep('cannot be deleted', error)) };
    }
  }
}

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
  /** The source's root, whatever way leads to it. */
  readonly sourceRoot: Facts;
  /** The backup folder: where it is in the destination, and what it is, as far as it exists. */
  readonly backup: { readonly path: BytePath | undefined; readonly facts: Facts | undefined } | undefined;
}

export function isSpared(spared: Spared, path: BytePath, facts: Facts): boolean {
  const { filters, onlyOn, sourceRoot, backup } = spared;
  if (path === backup?.path) return true;
  const isFolder = kindOf(facts) === 'folder';
  if (isFolder && backup?.facts !== undefined && sameInode(facts, backup.facts)) return true;
  const isElsewhere = isFolder && onlyOn !== undefined && !sameDevice(facts, onlyOn);
  return isElsewhere || (isFolder && sameInode(facts, sourceRoot)) || !!filters?.isExcluded(path, isFolder);
}

/** What is done to entries that go. */
export interface Remover {
  /** A folder is about to be emptied. @returns the permissions that it had */
  open(folder: BytePath): number;
  /** A folder that was opened stays: it looks as before. */
  restore(folder: BytePath, permissions: number): void;
  remove(path: BytePath, facts: Facts): void;
}

/** @param backup keeps what goes, if that is asked */
export function remover(destination: FolderHandles, backup?: BackupFolder): Remover {
  return {
    open: folder => openToOwner(destination, folder),
    restore: (folder, permissions) => {
      const place = native(destination.at(folder).slice(0, -1));
      closeAgain(place, permissions);
    },
    remove: (path, facts) => {
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
    },
  };
}

/** Removes nothing: it only yields what would go. */
export const noRemover: Remover = { open: () => 0, restore: () => {}, remove: () => {} };

/** Whether nothing at `path` is spared. */
export function canBeRemoved(destination: FolderHandles, path: BytePath, spared: Spared): boolean {
  for (const removal of removeTree(destination, path, spared, noRemover)) {
    if (removal.kind === 'deleted' && removal.path === path) return true;
  }
  return false;
}

class ToDelete {
  /** Of a folder that is being emptied: those it had before. */
  permissions: number | undefined;
  /** Its facts, before anything in it went. */
  before: Facts | undefined;
  holdsSpared = false;
  hasLost = false;

  constructor(
    readonly path: BytePath,
    readonly folder: ToDelete | undefined,
  ) {}

  stays(): void {
    if (this.folder !== undefined) this.folder.holdsSpared = true;
  }

  goes(): void {
    if (this.folder !== undefined) this.folder.hasLost = true;
  }
}
