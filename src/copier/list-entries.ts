import { type Dir, lstatSync, opendirSync } from 'node:fs';
import { type BytePath, join, NAME_ENCODING, native, ROOT, rawName } from '../common/byte-path.js';
import { type EntryKind, type Facts, FactsColumn, factsAt, kindOf } from '../common/facts.js';
import { type Failure, failureOf } from '../common/failure.js';
import { type FolderHandles, openFolderHandles } from '../common/folder-handles.js';

/** One step of a walk through a folder tree. */
export type Listed =
  /** A folder that could be opened, before what is in it; `skip` keeps the walk out of it. */
  | { readonly kind: 'enter'; readonly folder: BytePath; readonly facts: Facts; readonly skip: () => void }
  | { readonly kind: 'entry'; readonly entry: ListedEntry }
  /** Everything in the folder has been listed, or as much as could be read. */
  | { readonly kind: 'leave'; readonly folder: BytePath; readonly failure?: Failure }
  | {
      readonly kind: 'failed';
      readonly folder: BytePath;
      readonly name: BytePath;
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

/**
 * Walks the tree under `root`, depth first: of each folder first what is no folder, then one subfolder after
 * the other. It reads only as it is asked, with synchronous calls (a promise costs ten times the call), so
 * whoever takes from it decides how far the listing runs ahead.
 * @param root as bytes, absolute
 */
export function* listEntries(root: BytePath): Generator<Listed, void, undefined> {
  const handles = openFolderHandles(root);
  try {
    yield* walk(handles, root);
  } finally {
    handles.close();
  }
}

function* walk(handles: FolderHandles, root: BytePath): Generator<Listed, void, undefined> {
  const rootFacts = lstatSync(native(`${root}/.`), { bigint: true });
  // A stack of its own instead of recursion: a tree may be thousands of folders deep.
  const open: OpenFolder[] = [];
  const enter = function* (folder: BytePath, parent: BytePath, name: BytePath, facts: Facts) {
    let directory: Dir;
    try {
      directory = opendirSync(native(handles.at(folder)), {
        encoding: NAME_ENCODING,
        bufferSize: NAMES_PER_READ,
      });
    } catch (error) {
      yield { kind: 'failed', folder: parent, name, isFolder: true, failure: failureOf(error) } as const;
      return;
    }
    let skipped = false;
    yield { kind: 'enter', folder, facts, skip: () => (skipped = true) } as const;
    if (skipped) {
      directory.closeSync();
      return;
    }
    const opened = new OpenFolder(folder);
    open.push(opened);
    yield* readFolder(handles, directory, opened);
  };

  yield* enter(ROOT, ROOT, ROOT, rootFacts);
  for (let top = open.at(-1); top !== undefined; top = open.at(-1)) {
    const next = top.nextSubfolder();
    if (next !== undefined) {
      yield* enter(join(top.path, next.name), top.path, next.name, next.facts);
      continue;
    }
    open.pop();
    yield top.failure === undefined
      ? { kind: 'leave', folder: top.path }
      : { kind: 'leave', folder: top.path, failure: top.failure };
  }
}

function* readFolder(
  handles: FolderHandles,
  directory: Dir,
  into: OpenFolder,
): Generator<Listed, void, undefined> {
  const folder = into.path;
  try {
    // Taken anew for each entry: in between the walk may have been held back, but never left this folder.
    for (let found = directory.readSync(); found !== null; found = directory.readSync()) {
      const name = rawName(found.name);
      let facts: Facts;
      try {
        facts = lstatSync(native(handles.at(folder) + name), { bigint: true });
      } catch (error) {
        yield { kind: 'failed', folder, name, isFolder: found.isDirectory(), failure: failureOf(error) };
        continue;
      }
      const kind = kindOf(facts);
      if (kind === 'folder') into.addSubfolder(name, facts);
      else yield { kind: 'entry', entry: { kind, folder, name, facts } };
    }
  } catch (error) {
    into.failure = failureOf(error);
  } finally {
    directory.closeSync();
  }
}

/** Names taken from a directory in one go; libuv's own default of 32 makes four times the calls. */
const NAMES_PER_READ = 256;

/** A folder that has been read, with the subfolders that the walk has still to enter. */
class OpenFolder {
  readonly path: BytePath;
  failure: Failure | undefined;
  readonly #names: BytePath[] = [];
  readonly #facts = new FactsColumn(4);
  #next = 0;
  #packed: BigInt64Array | undefined;

  constructor(path: BytePath) {
    this.path = path;
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
