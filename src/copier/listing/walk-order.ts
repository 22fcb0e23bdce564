import type { BytePath } from '../../files/byte-path.js';

/** The folders that a walk will come to, as far as they are known, in its order: each before those in it. */
export class WalkOrder {
  readonly #places = new Map<BytePath, Place>();
  /** Of folders whose subfolders are still being found: the last of these. */
  readonly #lastIn = new Map<BytePath, Place>();
  /** Before the first. */
  readonly #start: Link = { next: undefined };

  /** Folders that are found in another; those of one that the walk has come to are its next. */
  add(parent: BytePath, folders: readonly BytePath[]): void {
    let before: Link = this.#lastIn.get(parent) ?? this.#places.get(parent) ?? this.#start;
    for (const folder of folders) {
      if (this.#places.has(folder)) continue;
      const place: Place = { folder, parent, isTaken: false, before, next: before.next };
      if (before.next !== undefined) before.next.before = place;
      before.next = place;
      this.#places.set(folder, place);
      this.#lastIn.set(parent, place);
      before = place;
    }
  }

  /** The next folder that was not taken before; it stays in the order. */
  take(): BytePath | undefined {
    let place = this.#start.next;
    while (place?.isTaken) place = place.next;
    if (place !== undefined) place.isTaken = true;
    return place?.folder;
  }

  /** It is no longer among those that the walk will come to. */
  remove(folder: BytePath): void {
    const place = this.#places.get(folder);
    if (place === undefined) return;
    this.#places.delete(folder);
    place.before.next = place.next;
    if (place.next !== undefined) place.next.before = place.before;
    if (this.#lastIn.get(place.parent) === place) this.#lastIn.delete(place.parent);
  }

  /** One and all that are in it. */
  removeWith(folder: BytePath): void {
    for (const path of [...this.#places.keys()])
      if (path === folder || path.startsWith(`${folder}/`)) this.remove(path);
  }
}

interface Link {
  next: Place | undefined;
}

interface Place extends Link {
  readonly folder: BytePath;
  readonly parent: BytePath;
  isTaken: boolean;
  before: Link;
}
