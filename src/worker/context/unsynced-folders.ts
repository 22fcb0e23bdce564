import { closeSync, fsyncSync, openSync } from 'node:fs';
import type { BytePath } from '../../files/byte-path.js';
import type { FolderHandles } from '../../files/system/folder-handles.js';

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

  /** Writes them to the disk. */
  sync(): void {
    for (const folder of this.#folders) {
      const descriptor = openSync(`${this.#destination.at(folder)}.`, 'r');
      try {
        fsyncSync(descriptor);
      } finally {
        closeSync(descriptor);
      }
    }
    this.clear();
  }

  clear(): void {
    this.#folders.clear();
  }
}
