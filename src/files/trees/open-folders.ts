import { type BytePath, ROOT } from '../byte-path.js';
import type { FolderPlace } from '../system/entry-calls.js';

/** The folders of a tree that are kept open, by their paths: the last ones used, and those that are held. */
export class OpenFolders {
  readonly #mostOpen: number;
  readonly #close: (descriptor: number) => void;
  /** In order of last use, the oldest first. */
  readonly #places = new Map<string, OpenPlace>();

  /** @param mostOpen of them, the root apart, which stays */
  constructor(mostOpen: number, close: (descriptor: number) => void) {
    this.#mostOpen = mostOpen;
    this.#close = close;
  }

  get(folder: string): OpenPlace | undefined {
    const place = this.#places.get(folder);
    if (place === undefined) return undefined;
    this.#places.delete(folder);
    this.#places.set(folder, place);
    return place;
  }

  keep(folder: string, place: OpenPlace): OpenPlace {
    this.#places.set(folder, place);
    if (this.#places.size > this.#mostOpen) this.#dropOldest();
    return place;
  }

  /** It stays open until it is let go. */
  hold(place: OpenPlace): HeldPlace {
    place.holders += 1;
    return { descriptor: place.descriptor, prefix: place.prefix, letGo: () => this.#letGo(place) };
  }

  /** Asks the few that are open, not all that the folder lies in: far down each has a long name to look up. */
  nearest(folder: string): string {
    let nearest: string = ROOT;
    for (const path of this.#places.keys()) {
      if (path.length > nearest.length && folder[path.length] === '/' && folder.startsWith(path))
        nearest = path;
    }
    return nearest;
  }

  /** One folder and all under it. */
  forget(folder: BytePath): void {
    for (const [path, place] of this.#places) {
      if (path !== folder && !path.startsWith(`${folder}/`)) continue;
      this.#places.delete(path);
      this.#drop(place);
    }
  }

  close(): void {
    for (const place of this.#places.values()) this.#drop(place);
    this.#places.clear();
  }

  #dropOldest(): void {
    for (const [path, place] of this.#places) {
      if (path === ROOT) continue;
      this.#places.delete(path);
      this.#drop(place);
      return;
    }
  }

  #drop(place: OpenPlace): void {
    if (place.holders > 0) place.isDropped = true;
    else this.#close(place.descriptor);
  }

  #letGo(place: OpenPlace): void {
    place.holders -= 1;
    if (place.holders === 0 && place.isDropped) this.#close(place.descriptor);
  }
}

export interface HeldPlace extends FolderPlace {
  letGo(): void;
}

export class OpenPlace implements FolderPlace {
  /** How many hold it. */
  holders = 0;
  /** Whether nobody but those who hold it knows it any more. */
  isDropped = false;

  constructor(readonly descriptor: number) {}

  /** Put together when it is asked for: most folders are reached by their descriptor alone. */
  get prefix(): string {
    return `/proc/self/fd/${this.descriptor}/`;
  }
}
