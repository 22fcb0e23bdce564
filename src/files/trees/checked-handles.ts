import { lstatSync } from 'node:fs';
import { type BytePath, native, ROOT } from '../byte-path.js';
import { entryCalls } from '../system/choose-calls.js';
import type { FolderPlace, Names } from '../system/entry-calls.js';
import { linkInTheWay } from './link-in-the-way.js';
import type { HeldPlace } from './open-folders.js';

/** The `FolderHandles` of a system without `openat`: each component of a path is looked at, and nothing is kept open. */
export class CheckedHandles {
  #root: string;
  readonly #followLinks: boolean;

  constructor(root: string, followLinks: boolean) {
    this.#root = root;
    this.#followLinks = followLinks;
  }

  at(folder: BytePath): string {
    let path = this.#root;
    if (folder !== ROOT) {
      for (const name of folder.split('/')) {
        path += `/${name}`;
        if (!this.#followLinks && lstatSync(native(path)).isSymbolicLink()) throw linkInTheWay();
      }
    }
    return `${path}/`;
  }

  place(folder: BytePath): FolderPlace {
    return { descriptor: -1, prefix: this.at(folder) };
  }

  hold(folder: BytePath): HeldPlace {
    return { ...this.place(folder), letGo: () => {} };
  }

  holdIfOpen(folder: BytePath): HeldPlace {
    return this.hold(folder);
  }

  /** None is kept open here. */
  adopt(_folder: BytePath, descriptor: number): void {
    entryCalls().close(descriptor);
  }

  openNames(folder: BytePath): { names: Names; place: FolderPlace } {
    const place = this.place(folder);
    return { names: entryCalls().names(place), place };
  }

  moved(root: string): void {
    this.#root = root;
  }

  forget(): void {}

  close(): void {}
}
