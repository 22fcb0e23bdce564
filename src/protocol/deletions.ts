import type { BytePath } from '../files/byte-path.js';
import type { Device, Facts } from '../files/facts.js';
import type { Failure } from '../files/failure.js';
import type { PackedNames } from '../files/name-column.js';

/** A folder of the destination in which is looked for what is to go. */
export interface DeletionLook {
  readonly folder: BytePath;
  /** Whether it goes itself, with all that is in it that is not spared: the source does not have it. */
  readonly isExtra: boolean;
  /** Whether what is found will be removed: the folder is opened to its owner then. */
  readonly opens: boolean;
}

/** What of a folder is to go; `spared`: by now it is one of which nothing goes. */
export type FoundDeletions = { readonly kind: 'failed'; readonly failure: Failure } | LookedForDeletions;

export type LookedForDeletions = { readonly kind: 'spared' } | ToDelete;

export interface ToDelete {
  readonly kind: 'found';
  /** What goes and is not a folder, by its names in the folder. */
  readonly names: PackedNames;
  /** Folders that go. */
  readonly folders: PackedNames;
  /** Theirs: a packed `FactsColumn`, a row for each name. */
  readonly facts: Float64Array;
  /** Names that could not be looked at. */
  readonly unseen: readonly UnseenExtra[];
  /** Folders in it that the source has, too: there may be more in them. */
  readonly shared: readonly BytePath[];
  /** Whether some of it stays. */
  readonly holdsSpared: boolean;
  /** Of one that stays and in which something goes: the facts of the source's. */
  readonly source: Facts | undefined;
}

export interface UnseenExtra {
  readonly name: BytePath;
  readonly failure: Failure;
}

/** What a worker has to know to look for what is to go. */
export interface DeletionRules {
  readonly patterns: GivenPatterns | undefined;
  /** Whether what the patterns exclude stays, too. */
  readonly sparesExcluded: boolean;
  readonly onlyOn: Device | undefined;
  readonly oneFileSystem: boolean;
  readonly sourceRoot: Facts;
  readonly backup: { readonly path: BytePath | undefined; readonly facts: Facts | undefined } | undefined;
}

/** Patterns as they cross the pipe. */
export interface GivenPatterns {
  readonly lines: string;
  /** Whether all is left out that no line includes. */
  readonly onlyIncludes: boolean;
}
