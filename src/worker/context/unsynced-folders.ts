import { closeSync, fsyncSync, openSync } from 'node:fs';
import type { BytePath } from '../../files/byte-path.js';
import type { FolderHandles } from '../../files/trees/folder-handles.js';
import { syncFolder } from '../../folders/sync-folder.js';
import { isAccepted } from '../../rules/keep.js';

/** Folders in which something was changed that is not surely on the disk yet. */
export class UnsyncedFolders {
  readonly #destination: FolderHandles;
  readonly #folders = new Set<BytePath>();

  constructor(destination: FolderHandles) {
    this.#destination = destination;
  }

  add(folder: BytePath): void {
    this.#folders.add(folder);
  }

  /** Writes them to the disk. Where folders cannot be, each reports that once, when it is finished. */
  sync(): void {
    for (const folder of this.#folders) syncFolder(this.#path(folder));
    this.clear();
  }

  /**
   * Makes a last change to a folder, which may close it to us, and writes it to the disk.
   * @returns whether it is there now; some file systems cannot see to that
   */
  syncAfter(folder: BytePath, change: () => void): boolean {
    this.#folders.delete(folder);
    const descriptor = openedOrRefused(this.#path(folder));
    try {
      change();
      return descriptor !== undefined && isAccepted(() => fsyncSync(descriptor));
    } finally {
      if (descriptor !== undefined) closeSync(descriptor);
    }
  }

  clear(): void {
    this.#folders.clear();
  }

  #path(folder: BytePath): string {
    return `${this.#destination.at(folder)}.`;
  }
}

/** Undefined where we may write in the folder, but not open it. */
function openedOrRefused(path: string): number | undefined {
  let descriptor: number | undefined;
  isAccepted(() => {
    descriptor = openSync(path, 'r');
  });
  return descriptor;
}
