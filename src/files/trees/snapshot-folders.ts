import type { BytePath } from '../byte-path.js';
import { codeOf } from '../failure.js';
import type { FolderPlace } from '../system/entry-calls.js';
import { type FolderHandles, NOTHING_THERE, openFolderHandles } from './folder-handles.js';

/** The folders of an earlier copy that is only read. */
export class SnapshotFolders {
  readonly handles: FolderHandles;
  #missing: BytePath | undefined;

  constructor(readonly root: BytePath) {
    this.handles = openFolderHandles(root, { mostOpen: OPEN_FOLDERS });
  }

  /** @returns undefined where the snapshot has no such folder */
  place(folder: BytePath): FolderPlace | undefined {
    if (folder === this.#missing) return undefined;
    try {
      return this.handles.place(folder);
    } catch (error) {
      if (!NOTHING_THERE.has(codeOf(error) ?? '')) throw error;
      this.#missing = folder;
      return undefined;
    }
  }

  close(): void {
    this.handles.close();
  }
}

/** A folder, its parent and their root: the next is mostly near them. */
const OPEN_FOLDERS = 4;
