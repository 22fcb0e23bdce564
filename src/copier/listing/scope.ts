import { type BytePath, join } from '../../files/byte-path.js';
import { type Facts, sameDevice, sameInode } from '../../files/facts.js';
import { EntryError, type Failure } from '../../files/failure.js';
import type { Filters } from './filters.js';
import type { Listed } from './listed.js';
import type { OpenFolder } from './open-folder.js';
import type { Selection } from './selection.js';

/** Decides which entries a walk lists, and which folders it enters. */
export class Scope {
  /** Whether nothing is to be decided about each file, so that many can be listed together. */
  readonly inRuns: boolean;
  readonly #options: ScopeOptions;
  readonly #open: readonly OpenFolder[];
  #rootFacts: Facts | undefined;

  /** @param open the folders that the walk is in, the root first */
  constructor(options: ScopeOptions, open: readonly OpenFolder[]) {
    this.inRuns = options.filters === undefined && options.selection === undefined;
    this.#options = options;
    this.#open = open;
  }

  startAt(rootFacts: Facts): void {
    this.#rootFacts = rootFacts;
  }

  /** The names that are to be listed in a folder; undefined: all. */
  namesIn(folder: BytePath): Iterable<BytePath> | undefined {
    return this.#options.selection?.namesIn(folder);
  }

  isExcluded(folder: BytePath, name: BytePath, isFolder: boolean): boolean {
    return this.#options.filters?.isExcluded(join(folder, name), isFolder) ?? false;
  }

  isEntered(facts: Facts): boolean {
    return !this.isForeign(facts) && this.#reasonAgainst(facts) === undefined;
  }

  /** Whether a folder is made, but not entered. */
  isForeign(facts: Facts): boolean {
    return this.#options.oneFileSystem && !sameDevice(facts, this.#rootFacts ?? facts);
  }

  /** @throws {EntryError} where a folder cannot be copied for what it is */
  refuse(facts: Facts): void {
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

  /** What was selected below an entry that is not a folder: it is listed in place of that entry. */
  strays(folder: BytePath, name: BytePath): readonly Listed[] {
    const strays = this.#options.selection?.below(join(folder, name)) ?? NONE;
    return strays.map(path => ({ kind: 'failed', path, isFolder: false, failure: STRAY }));
  }
}

export interface ScopeOptions {
  /** Whether links are followed: each is then listed as what it leads to. */
  readonly dereference: boolean;
  /** Whether folders on another file system than the root's are listed without what is in them. */
  readonly oneFileSystem: boolean;
  /** Facts of the folder that the copy is written in: the walk does not enter it, or the copy would contain itself. */
  readonly destination?: Facts | undefined;
  /** Which entries are listed; left out: all. */
  readonly selection?: Selection | undefined;
  /** Which entries are left out; left out: none. */
  readonly filters?: Filters | undefined;
}

const NONE: readonly BytePath[] = [];
const STRAY: Failure = { code: 'ENOTDIR', message: 'it is listed inside something that is not a folder' };
