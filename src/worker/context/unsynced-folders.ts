import { closeSync, fsyncSync, openSync } from 'node:fs';
import type { BytePath } from '../../files/byte-path.js';
import { waitingCalls } from '../../files/system/waiting-calls.js';
import type { FolderHandles } from '../../files/trees/folder-handles.js';
import { syncFolder } from '../../folders/sync-folder.js';
import { isAccepted, isRefusal } from '../../rules/keep.js';
import type { HeldFolders } from './held-folders.js';

/** Folders in which something was changed that is not surely on the disk yet. */
export class UnsyncedFolders {
  readonly #destination: FolderHandles;
  readonly #held: HeldFolders;
  readonly #folders = new Set<BytePath>();

  /** @param held folders of the destination */
  constructor(destination: FolderHandles, held: HeldFolders) {
    this.#destination = destination;
    this.#held = held;
  }

  get isEmpty(): boolean {
    return this.#folders.size === 0;
  }

  add(folder: BytePath): void {
    this.#folders.add(folder);
  }

  /** Writes them to the disk. Where folders cannot be, each reports that once, when it is finished. */
  sync(): void {
    for (const folder of this.#folders) syncFolder(this.#path(folder));
    this.clear();
  }

  /** The same side by side, without holding up the process. */
  async syncWaiting(): Promise<void> {
    const folders = [...this.#folders];
    this.clear();
    while (folders.length > 0) {
      const some = folders.splice(0, AT_A_TIME).map(folder => this.#syncWaiting(folder));
      const failed = (await Promise.allSettled(some)).find(({ status }) => status === 'rejected');
      if (failed?.status === 'rejected') throw failed.reason;
    }
  }

  async #syncWaiting(folder: BytePath): Promise<void> {
    const descriptor = await this.#open(folder).catch(() => undefined);
    // Opened in the usual way, it says what is wrong. A failed sync is never tried again: it would seem to succeed.
    if (descriptor === undefined) return void syncFolder(this.#path(folder));
    try {
      await waitingCalls.sync(descriptor);
    } catch (error) {
      if (!isRefusal(error)) throw error;
    } finally {
      await waitingCalls.close(descriptor);
    }
  }

  async #open(folder: BytePath): Promise<number> {
    const place = await this.#held.hold(folder);
    return await waitingCalls.openFolder(`${place.prefix}.`, false).finally(() => place.letGo());
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

  /** What was to be synced in this folder is. */
  isSynced(folder: BytePath): void {
    this.#folders.delete(folder);
  }

  clear(): void {
    this.#folders.clear();
  }

  #path(folder: BytePath): string {
    return `${this.#destination.at(folder)}.`;
  }
}

/** Each is held open meanwhile. */
const AT_A_TIME = 8;

/** Undefined where we may write in the folder, but not open it. */
function openedOrRefused(path: string): number | undefined {
  let descriptor: number | undefined;
  isAccepted(() => {
    descriptor = openSync(path, 'r');
  });
  return descriptor;
}
