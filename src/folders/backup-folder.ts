import {
  chmodSync,
  closeSync,
  constants,
  lchownSync,
  linkSync,
  mkdirSync,
  openSync,
  renameSync,
  unlinkSync,
} from 'node:fs';
import {
  type BytePath,
  beginningOf,
  join,
  MOST_NAME_BYTES,
  native,
  ROOT,
  rawName,
  split,
} from '../files/byte-path.js';
import { type Facts, kindOf, permissionsOf, sameInode } from '../files/facts.js';
import { codeOf, EntryError } from '../files/failure.js';
import { fittingName } from '../files/fitting-name.js';
import { temporaryName } from '../files/reserved-names.js';
import { entryCalls } from '../files/system/choose-calls.js';
import { platformCalls } from '../files/system/platform-calls.js';
import { lstat, stat } from '../files/system/stat.js';
import { type FolderHandles, openFolderHandles, standingAt } from '../files/trees/folder-handles.js';
import { keepAttributes } from '../rules/attributes/keep-attributes.js';
import { isAccepted, isLinkRefusal } from '../rules/keep.js';
import { copyAcross } from './copy-across.js';
import { openPathToOwner } from './open-to-owner.js';
import { syncFolder } from './sync-folder.js';

/**
 * Keeps what a run replaces or deletes in the destination, under its relative path. A file gets its name in the backup
 * before the destination loses it, so that a kill at any moment leaves it in one place or the other. What stands there
 * from another run stays: the next gets a number.
 */
export class BackupFolder {
  readonly #destination: FolderHandles;
  readonly #settings: BackupSettings;
  #handles: FolderHandles | undefined;
  /** Where the folder that was used last is in the backup. */
  #latest: { readonly folder: BytePath; readonly at: BytePath } | undefined;
  #serial = 0;

  constructor(destination: FolderHandles, settings: BackupSettings) {
    this.#destination = destination;
    this.#settings = settings;
  }

  /** Keeps an entry that is not a folder. It may still be in the destination afterwards, or be gone. */
  keep(folder: BytePath, name: BytePath): void {
    const from = native(this.#destination.at(folder) + name);
    const facts = lstat(from);
    const to = this.#folderFor(folder);
    for (const free of this.#namesFrom(to, name)) {
      const there = standingAt(this.#opened, join(to, free));
      // Kept by this run, which was killed or failed before it went on.
      if (there !== undefined && sameInode(there, facts)) return;
      if (there === undefined && this.#putUnder(folder, name, facts, to, free)) break;
    }
    if (this.#settings.fsync) syncFolder(native(`${this.#opened.at(to)}.`));
  }

  /** Keeps a folder that is empty by now, with its mode, owner, attributes and times. */
  keepFolder(path: BytePath, facts: Facts): void {
    const at = this.#folderFor(path);
    const place = this.#opened.place(at);
    const target = place.prefix.slice(0, -1);
    isAccepted(() => lchownSync(native(`${target}/.`), facts.uid, facts.gid));
    const calls = platformCalls();
    if (calls !== undefined)
      keepAttributes(calls, this.#destination.at(path).slice(0, -1), target, { mayHaveList: true });
    isAccepted(() => chmodSync(native(target), permissionsOf(facts)));
    isAccepted(() => entryCalls().setTimesOf(place, facts));
    if (this.#settings.fsync) syncFolder(native(`${this.#opened.at(at)}.`));
  }

  close(): void {
    this.#handles?.close();
  }

  /** @returns false where something has taken the name */
  #putUnder(folder: BytePath, name: BytePath, facts: Facts, to: BytePath, free: BytePath): boolean {
    const from = native(this.#destination.at(folder) + name);
    const target = native(this.#opened.at(to) + free);
    try {
      linkSync(from, target);
      return true;
    } catch (error) {
      if (codeOf(error) === 'EEXIST') return false;
      if (codeOf(error) === 'EXDEV') return this.#copyUnder(folder, name, facts, to, free);
      if (!isLinkRefusal(error)) throw error;
    }
    // No link can be made of it: the name is missing for a moment.
    return this.#moveUnder(from, target);
  }

  #copyUnder(folder: BytePath, name: BytePath, facts: Facts, to: BytePath, free: BytePath): boolean {
    this.#serial += 1;
    const serial = serialName(process.pid * SERIALS_A_PROCESS + this.#serial);
    const temporary = rawName(`${temporaryName(this.#settings.runId)}.${serial}`);
    const from = this.#destination.place(folder);
    const place = this.#opened.place(to);
    copyAcross({ from, name, to: place, newName: temporary, facts, fsync: this.#settings.fsync });
    const path = native(place.prefix + temporary);
    const target = native(place.prefix + free);
    try {
      linkSync(path, target);
      unlinkSync(path);
      return true;
    } catch (error) {
      const isTaken = codeOf(error) === 'EEXIST';
      if (!isTaken && isLinkRefusal(error)) return this.#moveUnder(path, target);
      unlinkSync(path);
      if (isTaken) return false;
      throw error;
    }
  }

  /** Over a file of ours, so that nothing of another run is replaced. */
  #moveUnder(from: string | Buffer, target: string | Buffer): boolean {
    try {
      closeSync(openSync(target, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o600));
    } catch (error) {
      if (codeOf(error) === 'EEXIST') return false;
      throw error;
    }
    try {
      renameSync(from, target);
      return true;
    } catch (error) {
      unlinkSync(target);
      throw error;
    }
  }

  get #opened(): FolderHandles {
    if (this.#handles === undefined) {
      const { root } = this.#settings;
      const made = mkdirSync(native(root), { recursive: true, mode: 0o700 });
      this.#handles = openFolderHandles(root, { mostOpen: OPEN_FOLDERS });
      if (made !== undefined) this.#closeAs(ROOT, ROOT);
    }
    return this.#handles;
  }

  /** Makes the folder in the backup, and all that it lies in. @returns where it is */
  #folderFor(folder: BytePath): BytePath {
    if (folder === ROOT) return ROOT;
    if (this.#latest?.folder === folder) return this.#latest.at;
    const [parent, name] = split(folder);
    const within = this.#folderFor(parent);
    const at = this.#makeFolder(within, name, folder);
    this.#latest = { folder, at };
    return at;
  }

  /** `name`, `name.~1~`, `name.~2~`, … One that is too long is cut. */
  *#namesFrom(within: BytePath, name: BytePath): Generator<BytePath, void, undefined> {
    const prefix = this.#opened.at(within);
    yield fittingName(prefix, name, most => beginningOf(name, most), LEAST_NAME_BYTES);
    for (let number = 1; ; number += 1) {
      const ending = `.~${number}~`;
      const numbered = (most: number) => beginningOf(name, most - ending.length) + ending;
      yield fittingName(prefix, numbered(MOST_NAME_BYTES), numbered, LEAST_NAME_BYTES);
    }
  }

  /** An existing one is used. */
  #makeFolder(within: BytePath, name: BytePath, original: BytePath): BytePath {
    for (const free of this.#namesFrom(within, name)) {
      const at = join(within, free);
      try {
        entryCalls().makeFolder(this.#opened.place(within), free, 0o700);
        this.#closeAs(at, original);
        return at;
      } catch (error) {
        if (codeOf(error) !== 'EEXIST') throw error;
      }
      const there = standingAt(this.#opened, at);
      if (there === undefined || kindOf(there) !== 'folder') continue;
      openPathToOwner(native(this.#opened.at(at).slice(0, -1)));
      return at;
    }
    throw new EntryError('EEXIST', 'no name is free in the backup folder');
  }

  /** Makes a new folder as closed to others as that of the destination for which it stands. */
  #closeAs(at: BytePath, original: BytePath): void {
    const facts = stat(native(`${this.#destination.at(original)}.`));
    const path = this.#opened.at(at);
    isAccepted(() => lchownSync(native(`${path}.`), facts.uid, facts.gid));
    isAccepted(() => chmodSync(native(path.slice(0, -1)), permissionsOf(facts) | 0o700));
  }
}

/** What a backup of a run needs to know. */
interface BackupSettings {
  /** Absolute; it need not stand. */
  readonly root: BytePath;
  readonly runId: string;
  /** Whether it has to be on the disk before the original goes. */
  readonly fsync: boolean;
}

/** A folder, its parent and their root. */
const OPEN_FOLDERS = 4;

/** A letter, and the number of the millionth. */
const LEAST_NAME_BYTES = 12;

/** Several processes keep files in one folder. */
const SERIALS_A_PROCESS = 2 ** 26;

function serialName(serial: number): string {
  return serial.toString(16).padStart(12, '0');
}
