import type { BytePath } from '../../files/byte-path.js';
import { NameColumn, nameAt, type PackedNames } from '../../files/name-column.js';
import type { FolderReading, FolderRequest } from '../../protocol/readings.js';
import { WalkOrder } from './walk-order.js';

/** Lets others read a folder. */
export type ReadByOthers = (request: FolderRequest) => Promise<FolderReading>;

/** What a walk knows of the folders that it will come to. */
export interface ComingFolders {
  requestFor(folder: BytePath): FolderRequest;
  /** The folders that are found in one that has been read, in the order in which the walk enters them. */
  foundIn(folder: BytePath, reading: FolderReading): readonly BytePath[];
}

/**
 * Has folders read before the walk comes to them, many at a time: on slow storage, one after the other would take
 * many times as long. What the walk has not taken yet is bounded, in folders and in entries.
 */
export class FoldersAhead {
  readonly #read: ReadByOthers;
  readonly #coming: ComingFolders;
  readonly #asked = new Map<BytePath, Promise<FolderReading>>();
  readonly #order = new WalkOrder();
  /** How many entries were read of each folder that has not been taken. */
  readonly #entriesOf = new Map<BytePath, number>();
  #entries = 0;

  constructor(read: ReadByOthers, coming: ComingFolders) {
    this.#read = read;
    this.#coming = coming;
  }

  /** Whether a folder has been asked for, and not taken: it may have been made. */
  hasAskedFor(folder: BytePath): boolean {
    return this.#asked.has(folder);
  }

  /** The walk reads this folder itself. */
  leave(folder: BytePath): void {
    this.#order.remove(folder);
  }

  /** The walk has come to this folder. */
  async take(folder: BytePath): Promise<FolderReading> {
    const reading = await (this.#asked.get(folder) ?? this.#ask(folder));
    this.#order.remove(folder);
    this.#drop(folder);
    this.#askMore();
    return reading;
  }

  /** Subfolders of one that the walk is in, or will come to, in the order in which it enters them. */
  want(parent: BytePath, folders: readonly BytePath[]): void {
    this.#order.add(parent, folders);
    this.#askMore();
  }

  /** The walk does not enter this folder. */
  forget(folder: BytePath): void {
    this.#order.removeWith(folder);
    for (const path of [...this.#asked.keys()])
      if (path === folder || path.startsWith(`${folder}/`)) this.#drop(path);
  }

  /** Lets others look at names of one folder, some at a time, a few of these ahead. */
  *looksAt(folder: BytePath, names: PackedNames): Generator<Promise<FolderReading>, void, undefined> {
    const asked: Promise<FolderReading>[] = [];
    for (let from = 0; from < names.ends.length || asked.length > 0; ) {
      while (asked.length < LOOKS_AHEAD && from < names.ends.length) {
        const end = from + NAMES_A_LOOK;
        asked.push(heardLater(this.#read({ folder, names: slice(names, from, end), makes: false })));
        from += NAMES_A_LOOK;
      }
      const next = asked.shift();
      if (next !== undefined) yield next;
    }
  }

  #askMore(): void {
    while (this.#asked.size < MOST_FOLDERS && this.#entries < MOST_ENTRIES) {
      const folder = this.#order.take();
      if (folder === undefined) return;
      if (!this.#asked.has(folder)) void this.#ask(folder);
    }
  }

  #ask(folder: BytePath): Promise<FolderReading> {
    const read = this.#read(this.#coming.requestFor(folder));
    const asked = heardLater(
      read.then(reading => {
        // Nobody waits for what was forgotten meanwhile.
        if (this.#asked.get(folder) !== asked) return reading;
        const entries = reading.kind === 'read' ? reading.names.ends.length : 0;
        this.#entriesOf.set(folder, entries);
        this.#entries += entries;
        this.want(folder, this.#coming.foundIn(folder, reading));
        return reading;
      }),
    );
    this.#asked.set(folder, asked);
    return asked;
  }

  #drop(folder: BytePath): void {
    this.#asked.delete(folder);
    this.#entries -= this.#entriesOf.get(folder) ?? 0;
    this.#entriesOf.delete(folder);
  }
}

/** The walk hears of what it rejects with once it gets there: until then that must not end the process. */
function heardLater<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {});
  return promise;
}

function slice(names: PackedNames, from: number, end: number): PackedNames {
  const column = new NameColumn(end - from);
  for (let row = from; row < Math.min(end, names.ends.length); row += 1) column.push(nameAt(names, row));
  return column.packed();
}

const MOST_FOLDERS = 128;
const MOST_ENTRIES = 16 * 1024;
const NAMES_A_LOOK = 512;
const LOOKS_AHEAD = 4;
