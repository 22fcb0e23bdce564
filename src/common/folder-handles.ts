import { closeSync, constants, existsSync, lstatSync, openSync, readlinkSync } from 'node:fs';
import { type BytePath, native, ROOT } from './byte-path.js';
import { EntryError } from './failure.js';

/**
 * Reaches the folders of one tree without ever passing through a symbolic link inside it.
 *
 * On Linux each folder is opened component by component, no link followed, and used as
 * `/proc/self/fd/N/name`: what is planted on the way later does not matter, and no path is too long.
 * Elsewhere Node has no `openat`; each component is checked with `lstat` instead.
 */
export interface FolderHandles {
  /**
   * What to put before a name in `folder` for any `fs` call. Good for the next few calls of `at`, until `close`.
   * @throws {EntryError} LINK_IN_THE_WAY where a link stands for a folder
   */
  at(folder: BytePath): string;
  /** Forget one folder and all under it, as it is about to be replaced or removed. */
  forget(folder: BytePath): void;
  close(): void;
}

/** Whether handles stay good when the root they were opened at gets another name. */
export const HANDLES_OUTLIVE_RENAME = process.platform === 'linux' && existsSync('/proc/self/fd');

/**
 * @param root the tree's root as bytes; it may itself be a link to a folder
 * @param followLinks whether links inside the tree are followed: for reading a source with `-L` only
 */
export function openFolderHandles(root: string, followLinks = false): FolderHandles {
  return HANDLES_OUTLIVE_RENAME
    ? new DescriptorHandles(root, followLinks)
    : new CheckedHandles(root, followLinks);
}

/** Open folders of a tree kept at most: two trees, Node and five workers stay below `ulimit -n 64`; enough for neighbours to share their ancestors. */
const OPEN_FOLDERS = 14;
/** Of a long way down only the last folders are kept, so that it does not push out all others. */
const KEPT_OF_A_WALK = 8;

class DescriptorHandles implements FolderHandles {
  readonly #root: string;
  readonly #followLinks: boolean;
  /** In order of last use, the oldest first. */
  readonly #open = new Map<string, number>();
  #latest: BytePath | undefined;
  #latestPrefix = '';

  constructor(root: string, followLinks: boolean) {
    this.#root = root;
    this.#followLinks = followLinks;
  }

  at(folder: BytePath): string {
    if (folder !== this.#latest) {
      this.#latestPrefix = `/proc/self/fd/${this.#descriptor(folder)}/`;
      this.#latest = folder;
    }
    return this.#latestPrefix;
  }

  forget(folder: BytePath): void {
    this.#latest = undefined;
    for (const [path, descriptor] of this.#open) {
      if (path !== folder && !path.startsWith(`${folder}/`)) continue;
      this.#open.delete(path);
      closeSync(descriptor);
    }
  }

  close(): void {
    this.#latest = undefined;
    for (const descriptor of this.#open.values()) closeSync(descriptor);
    this.#open.clear();
  }

  #descriptor(folder: string): number {
    const known = this.#open.get(folder);
    if (known !== undefined) {
      this.#open.delete(folder);
      this.#open.set(folder, known);
      return known;
    }
    return this.#keep(folder, this.#walk(folder));
  }

  /** Opens what is missing below the nearest open ancestor, in a loop: a tree may be thousands deep. */
  #walk(folder: string): number {
    if (folder === ROOT) return openFolder(this.#root, true);
    let ancestor = folder;
    do ancestor = ancestor.slice(0, Math.max(ancestor.lastIndexOf('/'), 0));
    while (ancestor !== ROOT && !this.#open.has(ancestor));
    let descriptor = this.#descriptor(ancestor);
    const names = folder.slice(ancestor === ROOT ? 0 : ancestor.length + 1).split('/');
    for (const [depth, name] of names.entries()) {
      let below: number;
      try {
        below = openFolder(`/proc/self/fd/${descriptor}/${name}`, this.#followLinks);
      } finally {
        if (!this.#isKept(ancestor, descriptor)) closeSync(descriptor);
      }
      ancestor = ancestor === ROOT ? name : `${ancestor}/${name}`;
      descriptor = below;
      if (depth < names.length - 1 && names.length - depth <= KEPT_OF_A_WALK)
        this.#keep(ancestor, descriptor);
    }
    return descriptor;
  }

  #isKept(folder: string, descriptor: number): boolean {
    return this.#open.get(folder) === descriptor;
  }

  #keep(folder: string, descriptor: number): number {
    this.#open.set(folder, descriptor);
    if (this.#open.size > OPEN_FOLDERS) this.#closeOldest();
    return descriptor;
  }

  #closeOldest(): void {
    for (const [path, descriptor] of this.#open) {
      if (path === ROOT) continue;
      this.#open.delete(path);
      closeSync(descriptor);
      return;
    }
  }
}

/** Linux's flag for a descriptor that only names an entry: it needs no right to read it, and opens nothing. Node does not list it. */
export const O_PATH = 0o10000000;

function openFolder(path: string, followLink: boolean): number {
  const flags = O_PATH | constants.O_DIRECTORY | (followLink ? 0 : constants.O_NOFOLLOW);
  try {
    return openSync(native(path), flags);
  } catch (error) {
    // With O_DIRECTORY and O_NOFOLLOW a link gives ENOTDIR, as any other entry does.
    if (!followLink && isLink(path)) throw linkInTheWay();
    throw error;
  }
}

class CheckedHandles implements FolderHandles {
  readonly #root: string;
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

  forget(): void {}

  close(): void {}
}

function isLink(path: string): boolean {
  try {
    readlinkSync(native(path));
    return true;
  } catch {
    return false;
  }
}

function linkInTheWay(): EntryError {
  return new EntryError('LINK_IN_THE_WAY', 'a symbolic link stands where a folder belongs');
}
