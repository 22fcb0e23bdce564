import type { BytePath } from '../files/byte-path.js';
import type { Failure } from '../files/failure.js';
import type { PackedNames } from '../files/name-column.js';

/** How a folder came into the destination. `kept`: it stood there; `skipped`: something else stands there and is to stay. */
export type FolderOutcome = 'made' | 'kept' | 'skipped';

/** A folder of the source that a worker is asked to read. */
export interface FolderRequest {
  readonly folder: BytePath;
  /** What to look at in it; left out: all that it has. */
  readonly names?: PackedNames;
}

/** What is done with each folder that is read, told once. */
export interface ReadingSettings {
  /** Whether it is made in the destination first, where it does not stand there. */
  readonly makes: boolean;
  /**
   * Which files of it are looked for in the destination: none; those of which size and time tell that they are there;
   * those of which all facts are the same.
   */
  readonly looks: 'for none' | 'by time' | 'by all facts';
  /** Whether it is told what only the destination has. */
  readonly extras: boolean;
}

/** A folder as a worker has found it. */
export interface FolderReading {
  /** Undefined where it was not to be made. */
  readonly made?: FolderOutcome;
  /** It could not be opened, or made in the destination: nothing else is told. */
  readonly failure?: Failure;
  /** Some of its names could not be read. */
  readonly incomplete?: Failure;
  readonly names: PackedNames;
  /** A packed `FactsColumn`, a row for each name. */
  readonly facts: Float64Array;
  /** Of each name 1 where the destination has the same file; of none where that was not asked. */
  readonly same: Uint8Array;
  /** Names that could not be looked at. */
  readonly unseen: readonly UnseenName[];
  /** Names that were too many to be looked at in one go. */
  readonly rest?: PackedNames;
  /** What only the destination has. */
  readonly extras?: PackedNames;
  /** What one call to the storage took, milliseconds: the median of some. */
  readonly callMs: number;
}

export interface UnseenName {
  readonly name: BytePath;
  readonly isFolder: boolean;
  readonly failure: Failure;
}
