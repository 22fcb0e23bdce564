import { type BytePath, join, native, ROOT, rawName } from '../../files/byte-path.js';
import { type Facts, kindOf, sameDevice, sameInode } from '../../files/facts.js';
import { FactsRow } from '../../files/facts-column.js';
import { EntryError, type Failure, failureOf } from '../../files/failure.js';
import { FileRun } from '../../files/file-run.js';
import { NameColumn, nameAt, type PackedNames } from '../../files/name-column.js';
import { entryCalls } from '../../files/system/choose-calls.js';
import type { FolderPlace, Names } from '../../files/system/entry-calls.js';
import { type FolderHandles, type OpenNames, openFolderHandles } from '../../files/system/folder-handles.js';
import { lstat } from '../../files/system/stat.js';
import type { FolderReading, ReadFolder } from '../../protocol/readings.js';
import type { Filters } from './filters.js';
import { type ComingFolders, FoldersAhead, type ReadByOthers } from './folders-ahead.js';
import type { Listed } from './listed.js';
import { OpenFolder } from './open-folder.js';
import { readRows, type WantedEntries } from './read-rows.js';
import type { Selection } from './selection.js';
import type { StorageSpeed } from './storage-speed.js';

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
  /** Where the storage makes one wait, others read folders ahead of the walk; left out: never. */
  readonly ahead?: AheadOptions | undefined;
}

export interface AheadOptions {
  readonly speed: StorageSpeed;
  readonly read: ReadByOthers;
  /** Whether the folders are made in the destination as well. */
  readonly makes: boolean;
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
  readonly #ahead: FoldersAhead | undefined;
  /** The steps through what others have read. */
  #steps: Generator<Listed, void, undefined> | undefined;

  constructor(root: BytePath, options: ListOptions) {
    this.#handles = openFolderHandles(root, { followLinks: options.dereference });
    this.#options = options;
    this.#root = root;
    this.#run = options.filters === undefined ? new FileRun() : undefined;
    this.#ahead = options.ahead && new FoldersAhead(options.ahead.read, this.#coming(options.ahead));
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
      const step = this.#steps?.next();
      if (step?.done === false) return step.value;
      this.#steps = undefined;
      if (this.#reading !== undefined) {
        const found = this.#read(top, this.#reading);
        if (found !== undefined) return found;
        continue;
      }
      if (this.#options.ahead?.speed.isSlow) this.#askForAll();
      const next = top.nextSubfolder();
      if (next !== undefined) {
        const folder = join(top.path, next.name);
        const isAhead = this.#options.ahead?.speed.isSlow || this.#ahead?.hasAskedFor(folder);
        if (!isAhead) {
          this.#ahead?.leave(folder);
          return this.#enter(folder, next.facts);
        }
        this.#steps = this.#enterAhead(folder, next.facts);
        continue;
      }
      this.#open.pop();
      const { path: folder, failure } = top;
      return failure === undefined ? { kind: 'leave', folder } : { kind: 'leave', folder, failure };
    }
    return undefined;
  }

  #enter(folder: BytePath, facts: Facts): Listed {
    try {
      this.#refuse(facts);
      if (!this.#isForeign(facts)) this.#reading = this.#timed(() => this.#namesIn(folder));
    } catch (error) {
      return { kind: 'failed', path: folder, isFolder: true, failure: failureOf(error) };
    }
    this.#open.push(new OpenFolder(folder, facts, this.#open.at(-1)));
    return { kind: 'enter', folder, facts, skip: () => this.#skip() };
  }

  /** The same of a folder that somebody else reads. */
  *#enterAhead(folder: BytePath, facts: Facts): Generator<Listed, void, undefined> {
    const ahead = this.#ahead;
    if (ahead === undefined || this.#isForeign(facts)) {
      yield this.#enter(folder, facts);
      return;
    }
    let reading: FolderReading;
    try {
      this.#refuse(facts);
      reading = yield* awaited(ahead.take(folder));
    } catch (error) {
      reading = { kind: 'failed', failure: failureOf(error), callMs: 0 };
    }
    if (reading.kind === 'failed') {
      yield { kind: 'failed', path: folder, isFolder: true, failure: reading.failure };
      return;
    }
    const open = new OpenFolder(folder, facts, this.#open.at(-1));
    open.isAskedFor = true;
    this.#open.push(open);
    yield { kind: 'enter', folder, facts, standing: reading.destination, skip: () => this.#skip() };
    if (this.#open.at(-1) !== open) {
      ahead.forget(folder);
      return;
    }
    yield* readRows(open, reading, this.#wanted);
    if (reading.rest !== undefined) yield* this.#looksAt(open, reading.rest);
    open.failure ??= reading.incomplete;
    open.isRead = true;
  }

  /** The storage has turned out to be slow: others look at what has not been looked at of the folder that is read. */
  *#lookAhead(folder: OpenFolder, names: Names): Generator<Listed, void, undefined> {
    const rest: BytePath[] = [];
    try {
      for (let name = names.next(); name !== undefined; name = names.next()) rest.push(rawName(name));
    } catch (error) {
      folder.failure = failureOf(error);
    }
    this.#closeNames();
    yield* this.#looksAt(folder, packed(rest));
    folder.isRead = true;
  }

  *#looksAt(folder: OpenFolder, names: PackedNames): Generator<Listed, void, undefined> {
    for (const look of this.#ahead?.looksAt(folder.path, names) ?? []) {
      const looked = yield* awaited(look);
      if (looked.kind === 'failed') folder.failure = looked.failure;
      else {
        yield* readRows(folder, looked, this.#wanted);
        this.#ahead?.want(this.#foldersIn(folder.path, looked));
      }
    }
  }

  /** What is asked of those who read ahead, and what comes behind a folder that they have read. */
  #coming({ makes, speed }: AheadOptions): ComingFolders {
    const { selection, filters } = this.#options;
    // What is made only if something in it is copied has to wait for that.
    const isMadeAhead = makes && filters?.hasOnlyEntered !== true;
    return {
      requestFor(folder) {
        const names = selection?.namesIn(folder);
        return { folder, makes: isMadeAhead, ...(names !== undefined && { names: packed(names) }) };
      },
      foundIn: (folder, reading) => {
        speed.ofBoth(reading.callMs);
        return reading.kind === 'read' ? this.#foldersIn(folder, reading) : [];
      },
    };
  }

  /** Once for each of the open folders: their subfolders are read from now on, in the order of the walk. */
  #askForAll(): void {
    for (const open of this.#open) {
      if (open.isAskedFor) continue;
      open.isAskedFor = true;
      const coming = [...open.subfolders()].filter(({ facts }) => this.#isEntered(facts));
      this.#ahead?.want(coming.map(({ name }) => join(open.path, name)));
    }
  }

  #foldersIn(folder: BytePath, { names, facts }: ReadFolder): BytePath[] {
    const found: BytePath[] = [];
    const itsFacts = new FactsRow(facts);
    for (let row = 0; row < names.ends.length; row += 1) {
      itsFacts.moveTo(row);
      if (kindOf(itsFacts) !== 'folder' || !this.#isEntered(itsFacts)) continue;
      const name = nameAt(names, row);
      if (!this.#isExcluded(folder, name, true)) found.push(join(folder, name));
    }
    return found;
  }

  #isEntered(facts: Facts): boolean {
    return !this.#isForeign(facts) && this.#reasonAgainst(facts) === undefined;
  }

  get #wanted(): WantedEntries {
    const { selection, filters } = this.#options;
    return {
      isExcluded: (folder, name, isFolder) => this.#isExcluded(folder, name, isFolder),
      inRuns: filters === undefined && selection === undefined,
      strays: path => (selection?.below(path) ?? NONE).map(strayed),
    };
  }

  /** Whether it is made, but not entered. */
  #isForeign(facts: Facts): boolean {
    return this.#options.oneFileSystem && !sameDevice(facts, this.#rootFacts ?? facts);
  }

  /** @throws {EntryError} where a folder cannot be copied for what it is */
  #refuse(facts: Facts): void {
    const reason = this.#reasonAgainst(facts);
    if (reason !== undefined) throw reason;
  }

  #reasonAgainst(facts: Facts): EntryError | undefined {
    const { dereference, destination } = this.#options;
    if (destination !== undefined && sameInode(facts, destination)) {
      return new EntryError('EINVAL', 'it is the destination of this copy, which cannot contain itself');
    }
    if (dereference && this.#open.some(above => sameInode(above.facts, facts))) {
      return new EntryError('ELOOP', 'a symbolic link points to a folder that contains it');
    }
    return undefined;
  }

  #timed<T>(calls: () => T): T {
    const { ahead } = this.#options;
    return ahead === undefined ? calls() : ahead.speed.ofSource(calls);
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
      if (stray !== undefined) return strayed(stray);
      if (this.#options.ahead?.speed.isSlow) {
        this.#steps = this.#lookAhead(folder, names);
        return undefined;
      }
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
        facts = this.#timed(() => this.#factsOf(place, name));
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
    const sinceMs = performance.now();
    names.gather(this.#run);
    const { length } = this.#run;
    if (length >= FILES_A_MEASUREMENT)
      this.#options.ahead?.speed.tookAtSource((performance.now() - sinceMs) / length);
    return length > 0 ? this.#run : undefined;
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
/** In fewer, the names themselves take a good part of the time. */
const FILES_A_MEASUREMENT = 8;
const STRAY: Failure = { code: 'ENOTDIR', message: 'it is listed inside something that is not a folder' };

function packed(names: Iterable<BytePath>): PackedNames {
  const column = new NameColumn();
  for (const name of names) column.push(name);
  return column.packed();
}

function strayed(path: BytePath): Listed {
  return { kind: 'failed', path, isFolder: false, failure: STRAY };
}

/** Has whoever drives the walk wait. */
function* awaited<T>(promise: Promise<T>): Generator<Listed, T, undefined> {
  let settled: { readonly value: T } | undefined;
  const until = promise.then(value => {
    settled = { value };
  });
  yield { kind: 'wait', until };
  if (settled === undefined) throw new Error('the walk went on without what it waits for');
  return settled.value;
}

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
