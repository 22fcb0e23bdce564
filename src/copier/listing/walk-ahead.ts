import { type BytePath, join, rawName } from '../../files/byte-path.js';
import { type Facts, kindOf } from '../../files/facts.js';
import { FactsRow } from '../../files/facts-column.js';
import { failureOf } from '../../files/failure.js';
import { FileRun } from '../../files/file-run.js';
import { NameColumn, nameAt, type PackedNames } from '../../files/name-column.js';
import type { Names } from '../../files/system/entry-calls.js';
import type { FolderReading, ReadFolder } from '../../protocol/readings.js';
import { FoldersAhead, type ReadByOthers } from './folders-ahead.js';
import type { Listed } from './listed.js';
import { OpenFolder } from './open-folder.js';
import { readRows } from './read-rows.js';
import type { Scope } from './scope.js';
import type { StorageSpeed } from './storage-speed.js';

/** How folders are read ahead of a walk. */
export interface AheadOptions {
  readonly speed: StorageSpeed;
  readonly read: ReadByOthers;
  /** Whether folders are made in the destination as soon as they have been read. */
  readonly makes: boolean;
}

type Steps = Generator<Listed, void, undefined>;

/** The steps of a walk through folders that others have read, on slow storage. */
export class WalkAhead {
  readonly #folders: FoldersAhead;
  readonly #options: AheadOptions;
  readonly #scope: Scope;
  readonly #open: OpenFolder[];
  readonly #run = new FileRun();

  /** @param open the folders that the walk is in, the root first */
  constructor(options: AheadOptions, scope: Scope, open: OpenFolder[]) {
    this.#options = options;
    this.#scope = scope;
    this.#open = open;
    this.#folders = new FoldersAhead(options.read, {
      requestFor: folder => this.#requestFor(folder),
      foundIn: (folder, reading) => this.#foundIn(folder, reading),
    });
  }

  get isSlow(): boolean {
    return this.#options.speed.isSlow;
  }

  /** Whether others read this folder: the one that has been asked for may have been made as well. */
  reads(folder: BytePath): boolean {
    return this.isSlow || this.#folders.hasAskedFor(folder);
  }

  /** The walk reads this folder itself. */
  leave(folder: BytePath): void {
    this.#folders.leave(folder);
  }

  /** Once for each of the open folders: their subfolders are read from now on, in the order of the walk. */
  askForAll(): void {
    for (const open of this.#open) {
      if (open.isAskedFor) continue;
      open.isAskedFor = true;
      const coming = [...open.subfolders()].filter(({ facts }) => this.#scope.isEntered(facts));
      this.#folders.want(
        open.path,
        coming.map(({ name }) => join(open.path, name)),
      );
    }
  }

  /** Through a folder that others read. */
  *enter(folder: BytePath, facts: Facts): Steps {
    let reading: FolderReading;
    try {
      this.#scope.refuse(facts);
      reading = yield* awaited(this.#folders.take(folder));
    } catch (error) {
      reading = { kind: 'failed', failure: failureOf(error) };
    }
    if (reading.kind === 'failed') {
      yield { kind: 'failed', path: folder, isFolder: true, failure: reading.failure };
      return;
    }
    const open = new OpenFolder(folder, facts, this.#open.at(-1));
    open.isAskedFor = true;
    this.#open.push(open);
    yield { kind: 'enter', folder, facts, standing: reading.destination, skip: () => this.#open.pop() };
    if (this.#open.at(-1) !== open) {
      this.#folders.forget(folder);
      return;
    }
    yield* readRows(open, reading, this.#scope, this.#run);
    if (reading.rest !== undefined) yield* this.#lookAt(open, reading.rest);
    open.failure ??= reading.incomplete;
    open.isRead = true;
  }

  /** Through the rest of a folder whose names the walk reads itself: others look at what they stand for. */
  *finish(folder: OpenFolder, names: Names): Steps {
    const rest = new NameColumn();
    try {
      for (let name = names.next(); name !== undefined; name = names.next()) rest.push(rawName(name));
    } catch (error) {
      folder.failure = failureOf(error);
    }
    names.close();
    yield* this.#lookAt(folder, rest.packed());
    folder.isRead = true;
  }

  *#lookAt(folder: OpenFolder, names: PackedNames): Steps {
    for (const look of this.#folders.looksAt(folder.path, names)) {
      const looked = yield* awaited(look);
      if (looked.kind === 'failed') folder.failure = looked.failure;
      else {
        yield* readRows(folder, looked, this.#scope, this.#run);
        this.#folders.want(folder.path, this.#subfolders(folder.path, looked));
      }
    }
  }

  #requestFor(folder: BytePath) {
    const selected = this.#scope.namesIn(folder);
    if (selected === undefined) return { folder, makes: this.#options.makes };
    const names = new NameColumn();
    for (const name of selected) names.push(name);
    return { folder, makes: this.#options.makes, names: names.packed() };
  }

  #foundIn(folder: BytePath, reading: FolderReading): BytePath[] {
    if (reading.kind === 'failed') return [];
    if (reading.waitedMs !== undefined) this.#options.speed.ofAll(reading.waitedMs);
    return this.#subfolders(folder, reading);
  }

  #subfolders(folder: BytePath, { names, facts }: ReadFolder): BytePath[] {
    const found: BytePath[] = [];
    const itsFacts = new FactsRow(facts);
    for (let row = 0; row < names.ends.length; row += 1) {
      itsFacts.moveTo(row);
      if (kindOf(itsFacts) !== 'folder' || !this.#scope.isEntered(itsFacts)) continue;
      const name = nameAt(names, row);
      if (!this.#scope.isExcluded(folder, name, true)) found.push(join(folder, name));
    }
    return found;
  }
}

/** The step that waits for a promise. */
function* awaited<T>(promise: Promise<T>): Generator<Listed, T, undefined> {
  let settled: { readonly value: T } | undefined;
  const until = promise.then(value => {
    settled = { value };
  });
  yield { kind: 'wait', until };
  if (settled === undefined) throw new Error('the walk went on without what it waits for');
  return settled.value;
}
