import { closeSync, fsyncSync, openSync } from 'node:fs';
import type { BytePath } from '../../files/byte-path.js';
import type { FolderHandles } from '../../files/system/folder-handles.js';
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

  /** Writes them to the disk. Where folders cannot be, each tells of it once, when it is finished. */
  sync(): void {
    for (const folder of this.#folders) this.#opened(folder, isSynced);
    this.clear();
  }

  /**
   * Makes a last change to a folder, which may close it to us, and writes it to the disk.
   * @returns whether it is there now; some file systems cannot see to that
   */
  syncAfter(folder: BytePath, change: () => void): boolean {
    this.#folders.delete(folder);
    return this.#opened(folder, descriptor => {
      change();
      return isSynced(descriptor);
    });
  }

  clear(): void {
    this.#folders.clear();
  }

  #opened(folder: BytePath, use: (descriptor: number) => boolean): boolean {
    const descriptor = openSync(`${this.#destination.at(folder)}.`, 'r');
    try {
      return use(descriptor);
    } finally {
      closeSync(descriptor);
    }
  }
}

function isSynced(descriptor: number): boolean {
  return isAccepted(() => fsyncSync(descriptor));
}
