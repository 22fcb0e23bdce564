import { type Dirent, lstatSync, opendirSync, statSync } from 'node:fs';
import { type BytePath, join, NAME_ENCODING, native, ROOT, rawName } from '../common/byte-path.js';
import { type EntryKind, type Facts, FactsColumn, factsAt, kindOf, sameInode } from '../common/facts.js';
import { EntryError, type Failure, failureOf } from '../common/failure.js';
import { type FolderHandles, openFolderHandles } from '../common/folder-handles.js';
import type { Selection } from './selection.js';

/** One step of a walk through a folder tree. */
export type Listed =
  /** A folder that could be opened, before what is in it; `skip` keeps the walk out of it. */
  | { readonly kind: 'enter'; readonly folder: BytePath; readonly facts: Facts; readonly skip: () => void }
  | { readonly kind: 'entry'; readonly entry: ListedEntry }
  /** Everything in the folder has been listed, or as much as could be read. */
  | { readonly kind: 'leave'; readonly folder: BytePath; readonly failure?: Failure }
  | {
      readonly kind: 'failed';
      readonly path: BytePath;
      readonly isFolder: boolean;
      readonly failure: Failure;
    };

/** An entry that is no folder. */
export interface ListedEntry {
  readonly kind: Exclude<EntryKind, 'folder'>;
  readonly folder: BytePath;
  readonly name: BytePath;
  readonly facts: Facts;
}

export interface ListOptions {
  /** Whether links are followed: each is then listed as what it leads to. */
  readonly dereference: boolean;
  /** Whether folders on another file system than the root's are listed without what is in them. */
  readonly oneFileSystem: boolean;
  /** Which entries are listed; left out: all. */
  readonly selection?: Selection | undefined;
  /** Is given a function that tells how much of the tree has been listed, by a guess from 0 to 1. */
  readonly tally?: { listedShare: () => number };
}

/**
 * Walks the tree under `root`, depth first: of each folder first what is no folder, then one subfolder after
 * the other. It reads only as it is asked, with synchronous calls (a promise costs ten times the call), so
 * whoever takes from it decides how far the listing runs ahead.
 * @param root as bytes, absolute
 */
export function* listEntries(root: BytePath, options: ListOptions): Generator<Listed, void, undefined> {
  const walk = new Walk(root, options);
  try {
    yield* walk.steps();
  } finally {
    walk.close();
  }
}

class Walk {
  readonly #handles: FolderHandles;
  readonly #options: ListOptions;
  readonly #root: BytePath;
  #rootDevice: bigint | undefined;
  /** From the root down. A stack of its own instead of recursion: a tree may be thousands of folders deep. */
  readonly #open: OpenFolder[] = [];

  constructor(root: BytePath, options: ListOptions) {
    this.#handles = openFolderHandles(root, options.dereference);
    this.#options = options;
    this.#root = root;
    if (options.tally !== undefined) options.tally.listedShare = () => this.#open.at(-1)?.listedShare ?? 0;
  }

  close(): void {
    this.#handles.close();
  }

  *steps(): Generator<Listed, void, undefined> {
    let rootFacts: Facts;
    try {
      rootFacts = lstatSync(native(`${this.#root}/.`), { bigint: true });
    } catch (error) {
      yield { kind: 'failed', path: ROOT, isFolder: true, failure: failureOf(error) };
      return;
    }
    this.#rootDevice = rootFacts.dev;
    yield* this.#enter(ROOT, rootFacts, 0, 1);
    for (let top = this.#open.at(-1); top !== undefined; top = this.#open.at(-1)) {
      const next = top.nextSubfolder();
      if (next !== undefined) {
        const { listedShare, shareOfEach } = top;
        yield* this.#enter(join(top.path, next.name), next.facts, listedShare - shareOfEach, shareOfEach);
        continue;
      }
      this.#open.pop();
      const { path: folder, failure } = top;
      yield failure === undefined ? { kind: 'leave', folder } : { kind: 'leave', folder, failure };
    }
  }

  *#enter(
    folder: BytePath,
    facts: Facts,
    startsAt: number,
    share: number,
  ): Generator<Listed, void, undefined> {
    const isForeign = this.#options.oneFileSystem && facts.dev !== this.#rootDevice;
    let directory: Names | undefined;
    try {
      if (this.#options.dereference && this.#open.some(above => sameInode(above.facts, facts))) {
        throw new EntryError('ELOOP', 'a symbolic link leads to a folder that it lies in');
      }
      if (!isForeign) directory = this.#namesIn(folder);
    } catch (error) {
      yield { kind: 'failed', path: folder, isFolder: true, failure: failureOf(error) };
      return;
    }
    const opened = new OpenFolder(folder, facts, startsAt, share);
    let skipped = false;
    try {
      yield { kind: 'enter', folder, facts, skip: () => (skipped = true) };
      if (skipped) return;
      if (directory === undefined) {
        yield { kind: 'leave', folder };
      } else {
        this.#open.push(opened);
        yield* this.#read(directory, opened);
      }
    } finally {
      // Also where whoever takes from the walk stops at this point.
      directory?.closeSync();
    }
  }

  *#read(directory: Names, into: OpenFolder): Generator<Listed, void, undefined> {
    const folder = into.path;
    try {
      for (let found = directory.readSync(); found !== null; found = directory.readSync()) {
        const name = rawName(found.name);
        into.namesRead += 1;
        let facts: Facts;
        try {
          facts = this.#factsOf(this.#handles.at(folder) + name);
        } catch (error) {
          const failure = failureOf(error);
          yield { kind: 'failed', path: join(folder, name), isFolder: found.isDirectory(), failure };
          continue;
        }
        const kind = kindOf(facts);
        if (kind === 'folder') into.addSubfolder(name, facts);
        else yield { kind: 'entry', entry: { kind, folder, name, facts } };
      }
    } catch (error) {
      into.failure = failureOf(error);
    }
    into.isRead = true;
  }

  #namesIn(folder: BytePath): Names {
    const named = this.#options.selection?.namesIn(folder);
    if (named !== undefined) return new NamedEntries(named);
    return opendirSync(native(this.#handles.at(folder)), {
      encoding: NAME_ENCODING,
      bufferSize: NAMES_PER_READ,
    });
  }

  #factsOf(path: string): Facts {
    const stat = this.#options.dereference ? statSync : lstatSync;
    return stat(native(path), { bigint: true });
  }
}

/** The part of `Dir` that the walk needs. */
interface Names {
  readSync(): Pick<Dirent, 'name' | 'isDirectory'> | null;
  closeSync(): void;
}

/** Names that are known beforehand, and may not stand there at all. */
class NamedEntries implements Names {
  readonly #names: Iterator<BytePath>;

  constructor(names: Iterable<BytePath>) {
    this.#names = names[Symbol.iterator]();
  }

  readSync(): Pick<Dirent, 'name' | 'isDirectory'> | null {
    const next = this.#names.next();
    return next.done ? null : { name: next.value, isDirectory: () => false };
  }

  closeSync(): void {}
}

/** Names taken from a directory in one go; libuv's own default of 32 makes four times the calls. */
const NAMES_PER_READ = 256;

/** Names of a folder that is being read: how many there are, nobody knows. */
const HALF_OF_A_FOLDER = 4096;

/** A folder that has been read, with the subfolders that the walk has still to enter. */
class OpenFolder {
  failure: Failure | undefined;
  namesRead = 0;
  isRead = false;
  readonly #names: BytePath[] = [];
  readonly #facts = new FactsColumn(4);
  #next = 0;
  #packed: BigInt64Array | undefined;

  constructor(
    readonly path: BytePath,
    readonly facts: Facts,
    /** How much of the tree comes before it, and how much is in it, by a guess: subfolders share alike. */
    readonly startsAt: number,
    readonly share: number,
  ) {}

  /** What the folder's own entries and each of its subfolders are of the tree. */
  get shareOfEach(): number {
    return this.share / (this.#names.length + 1);
  }

  /** Of the tree, up to here and with the subfolder that was entered last. */
  get listedShare(): number {
    if (this.isRead) return this.startsAt + this.shareOfEach * (this.#next + 1);
    return this.startsAt + this.share * (this.namesRead / (this.namesRead + HALF_OF_A_FOLDER));
  }

  addSubfolder(name: BytePath, facts: Facts): void {
    this.#names.push(name);
    this.#facts.push(facts);
  }

  nextSubfolder(): { name: BytePath; facts: Facts } | undefined {
    const name = this.#names[this.#next];
    if (name === undefined) return undefined;
    this.#packed ??= this.#facts.packed();
    const facts = factsAt(this.#packed, this.#next);
    this.#next += 1;
    return { name, facts };
  }
}
