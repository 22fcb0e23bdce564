import { type BytePath, native } from '../../files/byte-path.js';
import type { Facts } from '../../files/facts.js';
import type { FolderHandles } from '../../files/trees/folder-handles.js';
import type { BackupFolder } from '../../folders/backup-folder.js';
import { closeAgain } from '../../folders/open-to-owner.js';
import { removeEntry } from '../../folders/remove-entry.js';

/** What is done to entries that go. */
export interface Remover {
  /** Whether it removes anything: a folder is then opened to its owner first. */
  readonly opens: boolean;
  /** A folder that was opened stays: it looks as before. */
  restore(folder: BytePath, permissions: number): void;
  /** @param facts of a folder, which is empty by now: those that it had before */
  remove(path: BytePath, facts: Facts): void;
}

/** @param backup keeps what goes, if that is asked */
export function remover(destination: FolderHandles, backup?: BackupFolder): Remover {
  return {
    opens: true,
    restore: (folder, permissions) => closeAgain(native(destination.at(folder).slice(0, -1)), permissions),
    remove: (path, facts) => removeEntry(destination, path, facts, backup),
  };
}

/** Removes nothing: it only yields what would go. */
export const noRemover: Remover = { opens: false, restore: () => {}, remove: () => {} };
