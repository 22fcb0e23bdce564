import { type BytePath, join, native, ROOT, rawName } from '../../files/byte-path.js';
import { type EntryKind, type Facts, factsAt, kindOf, sameDevice, sameInode } from '../../files/facts.js';
import { EntryError, type Failure, failureOf } from '../../files/failure.js';
import { FileRun } from '../../files/file-run.js';
import { entryCalls } from '../../files/system/choose-calls.js';
import type { FolderPlace, Names } from '../../files/system/entry-calls.js';
import { type FolderHandles, type OpenNames, openFolderHandles } from '../../files/system/folder-handles.js';
import { lstat } from '../../files/system/stat.js';
import type { Filters } from './filters.js';
import { OpenFolder } from './open-folder.js';
import type { Selection } from './selection.js';

/** One step of a walk through a folder tree. */
export type Listed =
  | EnteredFolder
  | { readonly kind: 'entry'; readonly entry: ListedEntry }
  /** Several at once, good until the next step; not where each has to be filtered. */
  | ListedFiles
  /** Everything in the folder has been listed, or as much as could be read. */
  | { readonly kind: 'leave'; readonly folder: BytePath; readonly failure?: Failure }
  | {
      readonly kind: 'failed';
      readonly path: BytePath;
      readonly isFolder: boolean;
      readonly failure: Failure;
    };

/** A folder that could be opened, before what is in it. */
export interface EnteredFolder {
  readonly kind: 'enter';
  readonly folder: BytePath;
  readonly facts: Facts;
  /** Keeps the walk out of it. */
  readonly skip: () => void;
}

export interface ListedFiles {
  readonly kind: 'files';
  readonly folder: BytePath;
  readonly run: FileRun;
}

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
  /** Of the folder that the copy is written in: it fails where the walk meets it, or the copy would hold itself without end. */
  readonly destination?: Facts | undefined;
  /** Which entries are listed; left out: all. */
  readonly selection?: Selection | undefined;
  /** Which entries are left out; left out: none. */
  readonly filters?: Filters | undefined;
  /** Is given a function that tells how much of the tree has been listed, by a guess from 0 to 1. */
  readonly tally?: { listedShare: () => number };
}

/**
 * Walks the tree under `root`, depth first: of each folder first what is no folder, then one subfolder after
 * the other. It reads only as it is asked, with synchronous calls (a promise costs ten times the call), so
 * whoever takes from it decides how far the listing runs ahead.
 * @param root as bytes, absolute
 */
export function listEntries(root: BytePath, options: ListOptions): Generator<Listed, void, undefined> {
  return new Walk(root, options).steps();
}

/** The files of a run, one by one. */
export function* entriesOf({ folder, run }: ListedFiles): Generator<ListedEntry, void, undefined> {
  for (let row = 0; row < run.length; row += 1) {
    yield { kind: 'file', folder, name: run.names.at(row), facts: factsAt(run.facts.values, row) };
  }
}

/** How many entries a step is about. */
export function entriesIn(listed: Listed): number {
  return listed.kind === 'files' ? listed.run.length : 1;
}

class Walk {
  readonly #handles: FolderHandles;
  readonly #options: ListOptions;
  readonly #root: BytePath;
  readonly #calls = entryCalls();
  /** From the root down. A stack of its own instead of recursion: a tree may be thousands of folders deep. */
  readonly #open: OpenFolder[] = [];
  #rootFacts: Facts | undefined;
  /** The files found together, where they may be. */
  readonly #run: FileRun | undefined;
  /** Of the last of the open folders, while it is being read. */
  #reading: OpenNames | undefined;
  /** What is selected below an entry that is no folder. */
  readonly #strays: BytePath[] = [];

  constructor(root: BytePath, options: ListOptions) {
    this.#handles = openFolderHandles(root, options.dereference);
    this.#options = options;
    this.#root = root;
    this.#run = options.filters === undefined ? new FileRun() : undefined;
  }

  *steps(): Generator<Listed, void, undefined> {
    const { tally } = this.#options;
    if (tally !== undefined) tally.listedShare = () => this.#open.at(-1)?.listedShare ?? 0;
    try {
      yield this.#enterRoot();
      for (let step = this.#next(); step !== undefined; step = this.#next()) yield step;
    } finally {
      // Also where whoever takes from the walk stops halfway.
      this.#closeNames();
      this.#handles.close();
    }
  }

  #enterRoot(): Listed {
    try {
      const facts = lstat(native(`${this.#root}/.`));
      this.#rootFacts = facts;
      return this.#enter(ROOT, facts);
    } catch (error) {
      return { kind: 'failed', path: ROOT, isFolder: true, failure: failureOf(error) };
    }
  }

  #next(): Listed | undefined {
    for (let top = this.#open.at(-1); top !== undefined; top = this.#open.at(-1)) {
      if (this.#reading !== undefined) {
        const found = this.#read(top, this.#reading);
        if (found !== undefined) return found;
        continue;
      }
      const next = top.nextSubfolder();
      if (next !== undefined) return this.#enter(join(top.path, next.name), next.facts);
      this.#open.pop();
      const { path: folder, failure } = top;
      return failure === undefined ? { kind: 'leave', folder } : { kind: 'leave', folder, failure };
    }
    return undefined;
  }

  #enter(folder: BytePath, facts: Facts): Listed {
    const { dereference, destination, oneFileSystem } = this.#options;
    const isForeign = oneFileSystem && !sameDevice(facts, this.#rootFacts ?? facts);
    try {
      if (destination !== undefined && sameInode(facts, destination)) {
        throw new EntryError('EINVAL', 'it is the destination of this copy, which cannot contain itself');
      }
      if (dereference && this.#open.some(above => sameInode(above.facts, facts))) {
        throw new EntryError('ELOOP', 'a symbolic link points to a folder that contains it');
      }
      if (!isForeign) this.#reading = this.#namesIn(folder);
    } catch (error) {
      return { kind: 'failed', path: folder, isFolder: true, failure: failureOf(error) };
    }
    this.#open.push(new OpenFolder(folder, facts, this.#open.at(-1)));
    return { kind: 'enter', folder, facts, skip: () => this.#skip() };
  }

  /** Out of the folder that has just been entered. */
  #skip(): void {
    this.#closeNames();
    this.#open.pop();
  }

  /** @returns undefined where there is nothing to tell: a subfolder has its turn later, and this was the last name */
  #read(folder: OpenFolder, { names, place }: OpenNames): Listed | undefined {
    for (;;) {
      const stray = this.#strays.pop();
      if (stray !== undefined) return { kind: 'failed', path: stray, isFolder: false, failure: STRAY };
      let found: string | undefined;
      try {
        const run = this.#gather(names);
        if (run !== undefined) {
          folder.namesRead += run.length;
          return { kind: 'files', folder: folder.path, run };
        }
        found = names.next();
      } catch (error) {
        folder.failure = failureOf(error);
      }
      if (found === undefined) {
        folder.isRead = true;
        this.#closeNames();
        return undefined;
      }
      folder.namesRead += 1;
      const name = rawName(found);
      let facts: Facts;
      try {
        facts = this.#factsOf(place, name);
      } catch (error) {
        const { isFolder } = names;
        if (this.#isExcluded(folder.path, name, isFolder)) continue;
        return { kind: 'failed', path: join(folder.path, name), isFolder, failure: failureOf(error) };
      }
      const kind = kindOf(facts);
      if (this.#isExcluded(folder.path, name, kind === 'folder')) continue;
      if (kind === 'folder') {
        folder.addSubfolder(name, facts);
        continue;
      }
      for (const stray of this.#options.selection?.below(join(folder.path, name)) ?? NONE)
        this.#strays.push(stray);
      if (this.#strays.length === 0)
        return { kind: 'entry', entry: { kind, folder: folder.path, name, facts } };
    }
  }

  #gather(names: Names): FileRun | undefined {
    if (this.#run === undefined || names.gather === undefined) return undefined;
    this.#run.clear();
    names.gather(this.#run);
    return this.#run.length > 0 ? this.#run : undefined;
  }

  #closeNames(): void {
    const reading = this.#reading;
    this.#reading = undefined;
    reading?.names.close();
  }

  #namesIn(folder: BytePath): OpenNames {
    const named = this.#options.selection?.namesIn(folder);
    if (named !== undefined) return { names: new NamedEntries(named), place: this.#handles.place(folder) };
    return this.#handles.openNames(folder);
  }

  #isExcluded(folder: BytePath, name: BytePath, isFolder: boolean): boolean {
    return this.#options.filters?.isExcluded(join(folder, name), isFolder) ?? false;
  }

  #factsOf(folder: FolderPlace, name: BytePath): Facts {
    const facts = this.#calls.factsIn(folder, name, this.#options.dereference);
    if (facts === undefined) throw new EntryError('ENOENT', 'no such file or folder');
    return facts;
  }
}

const NONE: readonly BytePath[] = [];
const STRAY: Failure = { code: 'ENOTDIR', message: 'it is listed inside something that is not a folder' };

/** Names that are known beforehand, and may not stand there at all. */
class NamedEntries implements Names {
  readonly isFolder = false;
  readonly #names: Iterator<BytePath>;

  constructor(names: Iterable<BytePath>) {
    this.#names = names[Symbol.iterator]();
  }

  next(): BytePath | undefined {
    const next = this.#names.next();
    return next.done ? undefined : next.value;
  }

  close(): void {}
}
