import type { BytePath } from '../../files/byte-path.js';
import type { HeldPlace } from '../../files/trees/open-folders.js';
import { type LookedAtTree, openToHold } from './open-to-look.js';

/** Folders of a tree that are held by whoever works in them, each opened once, without holding up the process. */
export class HeldFolders {
  readonly #tree: LookedAtTree;
  readonly #opening = new Map<BytePath, Promise<HeldPlace>>();

  constructor(tree: LookedAtTree) {
    this.#tree = tree;
  }

  async hold(folder: BytePath): Promise<HeldPlace> {
    const opening = this.#opening.get(folder);
    if (opening !== undefined) {
      await opening;
      return this.#tree.handles.hold(folder);
    }
    const own = openToHold(this.#tree, folder);
    this.#opening.set(folder, own);
    try {
      return await own;
    } finally {
      this.#opening.delete(folder);
    }
  }
}
