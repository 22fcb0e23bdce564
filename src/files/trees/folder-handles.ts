import { constants, readlinkSync } from 'node:fs';
import { type BytePath, native, ROOT, split } from '../byte-path.js';
import type { Facts } from '../facts.js';
import { codeOf } from '../failure.js';
import { entryCalls } from '../system/choose-calls.js';
import { HAS_DESCRIPTOR_PATHS, O_PATH } from '../system/descriptor-paths.js';
import type { FolderPlace, Names } from '../system/entry-calls.js';
import { CheckedHandles } from './checked-handles.js';
import { linkInTheWay } from './link-in-the-way.js';
import { type HeldPlace, OpenFolders, OpenPlace } from './open-folders.js';

/**
 * Reaches the folders of one tree without ever passing through a symbolic link inside it.
 *
 * Where there is `/proc`, on Linux, each folder is opened component by component, no link followed, and used as
 * `/proc/self/fd/N/name`: what is planted on the way later does not matter, and no path is too long.
 * Elsewhere Node has no `openat`; each component is checked with `lstat` instead.
 */
export interface FolderHandles {
  /**
   * What to put before a name in `folder` for any `fs` call. Good for the next few calls of `at`, until `close`.
   * @throws {EntryError} LINK_IN_THE_WAY where a link stands for a folder
   */
  at(folder: BytePath): string;
  /** The same for the calls that look a name up in an open folder. */
  place(folder: BytePath): FolderPlace;
  /** The same for calls that take their time: good until it is let go, whatever is opened or closed meanwhile. */
  hold(folder: BytePath): HeldPlace;
  /** Where the folder is open already; else undefined. */
  holdIfOpen(folder: BytePath): HeldPlace | undefined;
  /** Takes a folder that somebody has opened, to close it. */
  adopt(folder: BytePath, descriptor: number): void;
  /** The names in a folder, and the place to look them up in as long as they are not closed. */
  openNames(folder: BytePath): OpenNames;
  /** The root has another path now; where it is open, it stays so. */
  moved(root: string): void;
  /** Forget one folder and all under it, as it is about to be replaced or removed. */
  forget(folder: BytePath): void;
  close(): void;
}

export interface OpenNames {
  readonly names: Names;
  readonly place: FolderPlace;
}

interface HandleOptions {
  /** Whether links inside the tree are followed: for reading a source with `-L` only. */
  readonly followLinks?: boolean;
  /** Folders kept open at most, from 2. */
  readonly mostOpen?: number;
}

/** @param root the tree's root as bytes; it may itself be a link to a folder */
export function openFolderHandles(root: string, options: HandleOptions = {}): FolderHandles {
  const { followLinks = false, mostOpen = OPEN_FOLDERS } = options;
  return HAS_DESCRIPTOR_PATHS
    ? new DescriptorHandles(root, followLinks, mostOpen)
    : new CheckedHandles(root, followLinks);
}

/**
 * What stands at `path`, a link itself and not what is behind it; undefined also where the folder that it would lie in
 * does not stand.
 */
export function standingAt(handles: FolderHandles, path: BytePath): Facts | undefined {
  const [folder, name] = split(path);
  try {
    return entryCalls().factsIn(handles.place(folder), name);
  } catch (error) {
    if (NOTHING_THERE.has(codeOf(error) ?? '')) return undefined;
    throw error;
  }
}

/** What is thrown where a folder on the way does not stand. */
export const NOTHING_THERE = new Set(['ENOENT', 'ENOTDIR', 'LINK_IN_THE_WAY']);

/**
 * Open folders of a tree kept at most: two trees, Node and five workers stay below `ulimit -n 64`; enough for
 * neighbours to share their ancestors.
 */
const OPEN_FOLDERS = 14;
/** Of a long way down only the last folders are kept, so that it does not push out all others. */
const KEPT_OF_A_WALK = 8;

class DescriptorHandles implements FolderHandles {
  readonly #calls = entryCalls();
  #root: string;
  readonly #followLinks: boolean;
  readonly #open: OpenFolders;
  #latest: BytePath | undefined;
  #latestPlace: OpenPlace = NO_PLACE;

  constructor(root: string, followLinks: boolean, mostOpen: number) {
    this.#root = root;
    this.#followLinks = followLinks;
    this.#open = new OpenFolders(mostOpen, descriptor => this.#calls.close(descriptor));
  }

  at(folder: BytePath): string {
    return this.place(folder).prefix;
  }

  place(folder: BytePath): OpenPlace {
    if (folder !== this.#latest) {
      // Where that fails, the latest one may have been closed on the way.
      this.#latest = undefined;
      this.#latestPlace = this.#find(folder);
      this.#latest = folder;
    }
    return this.#latestPlace;
  }

  hold(folder: BytePath): HeldPlace {
    return this.#open.hold(this.place(folder));
  }

  holdIfOpen(folder: BytePath): HeldPlace | undefined {
    const place = this.#open.get(folder);
    return place && this.#open.hold(place);
  }

  adopt(folder: BytePath, descriptor: number): void {
    this.#latest = undefined; // it may be the one that is closed for this
    if (this.#open.get(folder) === undefined) this.#open.keep(folder, new OpenPlace(descriptor));
    else this.#calls.close(descriptor);
  }

  openNames(folder: BytePath): OpenNames {
    const place = this.#calls.readsDescriptors ? this.#openToRead(folder) : this.place(folder);
    return { names: this.#calls.names(place), place };
  }

  /** Beside those that are kept: most folders are read once, and nothing else is looked up in them. Its access time stays. */
  #openToRead(folder: BytePath): OpenPlace {
    try {
      return this.#openAs(folder, constants.O_RDONLY | constants.O_NOATIME);
    } catch (error) {
      // Only to its owner and to root its access time is theirs to leave alone.
      if (codeOf(error) !== 'EPERM') throw error;
      return this.#openAs(folder, constants.O_RDONLY);
    }
  }

  #openAs(folder: BytePath, how: number): OpenPlace {
    if (folder === ROOT) return this.#openFolder(WORKING_FOLDER, this.#root, true, how);
    const [parent, name] = split(folder);
    return this.#openFolder(this.place(parent), name, this.#followLinks, how);
  }

  moved(root: string): void {
    this.#root = root;
  }

  forget(folder: BytePath): void {
    this.#latest = undefined;
    this.#open.forget(folder);
  }

  close(): void {
    this.#latest = undefined;
    this.#open.close();
  }

  #find(folder: string): OpenPlace {
    return this.#open.get(folder) ?? this.#open.keep(folder, this.#walk(folder));
  }

  /** Opens what is missing below the nearest open ancestor, in a loop: a tree may be thousands deep. */
  #walk(folder: string): OpenPlace {
    if (folder === ROOT) return this.#openFolder(WORKING_FOLDER, this.#root, true, O_PATH);
    const nearest = this.#open.nearest(folder);
    const names = folder.slice(nearest === ROOT ? 0 : nearest.length + 1).split('/');
    let place = this.#find(nearest);
    let isKept = true;
    let reached = nearest === ROOT ? -1 : nearest.length;
    for (const [depth, name] of names.entries()) {
      let below: OpenPlace;
      try {
        below = this.#openFolder(place, name, this.#followLinks, O_PATH);
      } finally {
        if (!isKept) this.#calls.close(place.descriptor);
      }
      place = below;
      reached += 1 + name.length;
      isKept = depth < names.length - 1 && names.length - depth <= KEPT_OF_A_WALK;
      if (isKept) this.#open.keep(folder.slice(0, reached), place);
    }
    return place;
  }

  #openFolder(within: FolderPlace, name: string, followLink: boolean, how: number): OpenPlace {
    const flags = how | constants.O_DIRECTORY | (followLink ? 0 : constants.O_NOFOLLOW);
    try {
      return new OpenPlace(this.#calls.open(within, name, flags, 0));
    } catch (error) {
      // With O_DIRECTORY and O_NOFOLLOW a link gives ENOTDIR, as any other entry does.
      if (!followLink && isLink(within.prefix + name)) throw linkInTheWay();
      throw error;
    }
  }
}

const NO_PLACE = new OpenPlace(-1);
/** For paths that are absolute, where it does not matter, or relative to it. */
export const WORKING_FOLDER: FolderPlace = { descriptor: -100, prefix: '' };

function isLink(path: string): boolean {
  try {
    readlinkSync(native(path));
    return true;
  } catch {
    return false;
  }
}
