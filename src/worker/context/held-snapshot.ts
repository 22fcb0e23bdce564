import type { BytePath } from '../../files/byte-path.js';
import { codeOf } from '../../files/failure.js';
import { NOTHING_THERE } from '../../files/trees/folder-handles.js';
import type { HeldPlace } from '../../files/trees/open-folders.js';
import type { SnapshotFolders } from '../../files/trees/snapshot-folders.js';
import { HeldFolders } from './held-folders.js';

/** The folders of a snapshot, held for work on several entries at a time. */
export class HeldSnapshot {
  readonly #folders: HeldFolders;
  readonly #missing = new Set<BytePath>();

  constructor({ handles, root }: SnapshotFolders) {
    this.#folders = new HeldFolders({ handles, root, followLinks: false });
  }

  /** @returns undefined where the snapshot has no such folder */
  async hold(folder: BytePath): Promise<HeldPlace | undefined> {
    if (this.#missing.has(folder)) return undefined;
    try {
      return await this.#folders.hold(folder);
    } catch (error) {
      if (!NOTHING_THERE.has(codeOf(error) ?? '')) throw error;
      if (this.#missing.size >= MOST_REMEMBERED) this.#missing.clear();
      this.#missing.add(folder);
      return undefined;
    }
  }
}

/** More than a batch is likely to have. */
const MOST_REMEMBERED = 256;
