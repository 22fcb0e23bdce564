import type { BytePath } from '../../files/byte-path.js';
import { copyOf, type EntryKind, type Facts } from '../../files/facts.js';
import type { Failure } from '../../files/failure.js';
import type { FileRun } from '../../files/file-run.js';
import type { StandingFolder } from '../../protocol/readings.js';

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
    }
  /** The next step has to wait for this. */
  | { readonly kind: 'wait'; readonly until: Promise<unknown> };

/** A folder that could be opened, before what is in it. */
export interface EnteredFolder {
  readonly kind: 'enter';
  readonly folder: BytePath;
  readonly facts: Facts;
  /** What a worker that has read it has seen and done in the destination. */
  readonly standing?: StandingFolder;
  /** Keeps the walk out of it. */
  readonly skip: () => void;
}

export interface ListedFiles {
  readonly kind: 'files';
  readonly folder: BytePath;
  readonly run: FileRun;
  /** For each row, 1 if the destination is known to have the same file. */
  readonly same?: Uint8Array;
}

/** An entry that is not a folder. */
export interface ListedEntry {
  readonly kind: Exclude<EntryKind, 'folder'>;
  readonly folder: BytePath;
  readonly name: BytePath;
  readonly facts: Facts;
  /** Whether the destination is known to have the same file. */
  readonly isSame?: boolean;
}

/** The files of a run, one by one. */
export function* entriesOf({ folder, run, same }: ListedFiles): Generator<ListedEntry, void, undefined> {
  for (let row = 0; row < run.length; row += 1) {
    const facts = copyOf(run.facts.at(row));
    yield { kind: 'file', folder, name: run.names.at(row), facts, isSame: same?.[row] === 1 };
  }
}

/** How many entries a step is about. */
export function entriesIn(listed: Listed): number {
  return listed.kind === 'files' ? listed.run.length : 1;
}
