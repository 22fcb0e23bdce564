import type { BytePath } from '../files/byte-path.js';
import type { Facts } from '../files/facts.js';
import type { Failure } from '../files/failure.js';
import type { PackedNames } from '../files/name-column.js';

/** A folder of the source that a worker reads ahead of the walk. */
export interface FolderRequest {
  readonly folder: BytePath;
  /** What to look at in it; left out: all that it has. */
  readonly names?: PackedNames;
  /** Whether it is made in the destination first, if it does not exist there. */
  readonly makes: boolean;
  /** Whether an earlier try may have made it: of a worker that was lost, or that had too much open. */
  readonly again?: true;
}

/**
 * Which files are looked for in the destination: none; by size and time; by mode and owner, too; those that are not
 * older; by all facts.
 */
export type LooksBy = 'none' | 'by time' | 'by time and rights' | 'by age' | 'by all facts';

/** A folder as a worker has found it. */
export type FolderReading =
  /** It could not be opened. */
  { readonly kind: 'failed'; readonly failure: Failure } | ReadFolder;

export interface ReadFolder {
  readonly kind: 'read';
  readonly destination: StandingFolder;
  readonly names: PackedNames;
  /** A packed `FactsColumn`, a row for each name. */
  readonly facts: Float64Array;
  /** Of each name 1 where the destination has the same file. */
  readonly same: Uint8Array;
  /** Names that could not be looked at. */
  readonly unseen: readonly UnseenName[];
  /** Names that were too many to be looked at in one go. */
  readonly rest: PackedNames | undefined;
  /** Why some of its names could not be read. */
  readonly incomplete: Failure | undefined;
  /** How long the storage kept a thread waiting in one call, milliseconds; measured now and then. */
  readonly waitedMs: number | undefined;
}

/** What has become of a folder in the destination, or was found of it there. */
export interface StandingFolder {
  /** Undefined where it was not to be made, or could not be. */
  readonly made?: FolderOutcome;
  /** Whether it existed, just as it is to be when all in it is done. */
  readonly isFinished?: boolean;
  /** Whether neither it nor the source's folder has attributes; undefined: not asked. */
  readonly isBare?: boolean;
  /** Why it could not be made. */
  readonly failure?: Failure;
  /** As it was before. Undefined where it was not there, or not looked at. */
  readonly facts?: Facts;
  /** What of its names the source does not have, and of each 1 where it is a folder for sure; where that was asked. */
  readonly extras?: Extras;
}

export interface Extras {
  readonly names: PackedNames;
  readonly areFolders: Uint8Array;
}

/** `kept`: it existed; `skipped`: something else is there and is to stay. */
export type FolderOutcome = 'made' | 'kept' | 'skipped';

export interface UnseenName {
  readonly name: BytePath;
  readonly isFolder: boolean;
  readonly failure: Failure;
}
