import { type BytePath, join, native, ROOT, rawName } from '../../files/byte-path.js';
import { type Facts, kindOf } from '../../files/facts.js';
import { EntryError, failureOf } from '../../files/failure.js';
import { FileRun } from '../../files/file-run.js';
import { entryCalls } from '../../files/system/choose-calls.js';
import type { FolderPlace, Names } from '../../files/system/entry-calls.js';
import { lstat } from '../../files/system/stat.js';
import { type FolderHandles, type OpenNames, openFolderHandles } from '../../files/trees/folder-handles.js';
import type { Listed } from './listed.js';
import { OpenFolder } from './open-folder.js';
import { Scope, type ScopeOptions } from './scope.js';
import { StorageSpeed } from './storage-speed.js';
import { type AheadOptions, WalkAhead } from './walk-ahead.js';

/**
 * Walks the tree under `root`, depth first: first the entries of a folder that are not folders, then one subfolder
 * after the other. It reads only as it is asked, so the consumer sets the pace, and with synchronous calls: a promise
 * costs ten times the call.
 * @param root as bytes, absolute
 */
export function listEntries(root: BytePath, options: ListOptions): Generator<Listed, void, undefined> {
  return new Walk(root, options).steps();
}

export interface ListOptions extends ScopeOptions {
  /** Is given a function that tells how much of the tree has been listed, by a guess from 0 to 1. */
  readonly tally?: { listedShare: () => number };
  /** Lets others read folders ahead of the walk where the storage is slow; left out: never. */
  readonly ahead?: AheadOptions | undefined;
}

class Walk {
  readonly #handles: FolderHandles;
  readonly #options: ListOptions;
  readonly #root: BytePath;
  readonly #calls = entryCalls();
  /** From the root down. A stack of its own instead of recursion: a tree may be thousands of folders deep. */
  readonly #open: OpenFolder[] = [];
  readonly #scope: Scope;
  /** The files found together, where they may be. */
  readonly #run: FileRun | undefined;
  /** Of the last of the open folders, while it is being read. */
  #reading: OpenNames | undefined;
  /** What is to be listed in place of the last entry. */
  readonly #strays: Listed[] = [];
  readonly #ahead: WalkAhead | undefined;
  readonly #speed: StorageSpeed;
  /** What opening a folder took of which nothing has been read. */
  #openingMs: number | undefined;
  /** The steps through what others have read. */
  #steps: Generator<Listed, void, undefined> | undefined;

  constructor(root: BytePath, options: ListOptions) {
    this.#handles = openFolderHandles(root, { followLinks: options.dereference });
    this.#options = options;
    this.#root = root;
    this.#scope = new Scope(options, this.#open);
    this.#run = options.filters === undefined ? new FileRun() : undefined;
    this.#ahead = options.ahead && new WalkAhead(options.ahead, this.#scope, this.#open);
    this.#speed = options.ahead?.speed ?? new StorageSpeed();
  }

  *steps(): Generator<Listed, void, undefined> {
    const { tally } = this.#options;
    if (tally !== undefined) tally.listedShare = () => this.#open.at(-1)?.listedShare ?? 0;
    try {
      yield this.#enterRoot();
      for (let step = this.#next(); step !== undefined; step = this.#next()) yield step;
    } finally {
      // Also where the consumer stops halfway.
      this.#closeNames();
      this.#handles.close();
    }
  }

  #enterRoot(): Listed {
    try {
      const facts = lstat(native(`${this.#root}/.`));
      this.#scope.startAt(facts);
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
      if (this.#ahead?.isSlow) this.#ahead.askForAll();
      const next = top.nextSubfolder();
      if (next !== undefined) {
        const folder = join(top.path, next.name);
        if (this.#ahead?.reads(folder) && !this.#scope.isForeign(next.facts)) {
          this.#steps = this.#ahead.enter(folder, next.facts);
          continue;
        }
        this.#ahead?.leave(folder);
        return this.#enter(folder, next.facts);
      }
      this.#open.pop();
      const { path: folder, failure } = top;
      return failure === undefined ? { kind: 'leave', folder } : { kind: 'leave', folder, failure };
    }
    return undefined;
  }

  #enter(folder: BytePath, facts: Facts): Listed {
    try {
      this.#scope.refuse(facts);
      if (!this.#scope.isForeign(facts)) {
        const begun = this.#speed.begin();
        this.#reading = this.#namesIn(folder);
        this.#openingMs = this.#speed.waitedMs(begun);
      }
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

  #namesIn(folder: BytePath): OpenNames {
    const named = this.#scope.namesIn(folder);
    if (named !== undefined) return { names: new NamedEntries(named), place: this.#handles.place(folder) };
    return this.#handles.openNames(folder);
  }

  #closeNames(): void {
    const reading = this.#reading;
    this.#reading = undefined;
    reading?.names.close();
  }

  /** @returns undefined where there is nothing to list: subfolders have their turn later, and this was the last name */
  #read(folder: OpenFolder, { names, place }: OpenNames): Listed | undefined {
    for (;;) {
      const stray = this.#strays.pop();
      if (stray !== undefined) return stray;
      if (this.#ahead?.isSlow) {
        this.#reading = undefined;
        this.#steps = this.#ahead.finish(folder, names);
        return undefined;
      }
      let found: string | undefined;
      try {
        const run = this.#gather(names);
        this.#openingMs = undefined;
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
      const listed = this.#look(folder, rawName(found), names, place);
      if (listed !== undefined) return listed;
    }
  }

  #gather(names: Names): FileRun | undefined {
    if (this.#run === undefined || names.gather === undefined) {
      if (this.#openingMs !== undefined) this.#speed.opened(this.#openingMs);
      return undefined;
    }
    this.#run.clear();
    const begun = this.#speed.begin();
    names.gather(this.#run);
    const { length } = this.#run;
    const waitedMs = this.#speed.waitedMs(begun, length > FEW_FILES ? length : 1);
    if (length >= FILES_A_MEASUREMENT) this.#speed.looked(waitedMs / length);
    // The first names come with a call that may take long, though each entry is known by it then.
    if (this.#openingMs !== undefined)
      this.#speed.opened(this.#openingMs + (length > FEW_FILES ? 0 : waitedMs));
    return length > 0 ? this.#run : undefined;
  }

  /** @returns undefined where the entry is left out, or listed later */
  #look(folder: OpenFolder, name: BytePath, { isFolder }: Names, place: FolderPlace): Listed | undefined {
    let facts: Facts;
    try {
      facts = this.#speed.looking(() => this.#factsOf(place, name));
    } catch (error) {
      if (this.#scope.isExcluded(folder.path, name, isFolder)) return undefined;
      return { kind: 'failed', path: join(folder.path, name), isFolder, failure: failureOf(error) };
    }
    const kind = kindOf(facts);
    if (this.#scope.isExcluded(folder.path, name, kind === 'folder')) return undefined;
    if (kind === 'folder') {
      folder.addSubfolder(name, facts);
      return undefined;
    }
    this.#strays.push(...this.#scope.strays(folder.path, name));
    return this.#strays.pop() ?? { kind: 'entry', entry: { kind, folder: folder.path, name, facts } };
  }

  #factsOf(folder: FolderPlace, name: BytePath): Facts {
    const facts = this.#calls.factsIn(folder, name, this.#options.dereference);
    if (facts === undefined) throw new EntryError('ENOENT', 'no such file or folder');
    return facts;
  }
}

/** In fewer, the names themselves take a good part of the time. */
const FILES_A_MEASUREMENT = 8;
/** So many are looked at in no time, where the storage answers at once. */
const FEW_FILES = 32;

/** Names that were selected, whether or not they exist. */
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
