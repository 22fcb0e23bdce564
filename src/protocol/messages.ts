import type { BytePath } from '../files/byte-path.js';
import type { Failure } from '../files/failure.js';
import type { PackedNames } from '../files/name-column.js';
import { Codes, type WordOf } from './codes.js';
import type { DeletionRules } from './deletions.js';
import type { Comparison } from './differences.js';
import type { LooksBy } from './readings.js';

/** All that the parent and its copy workers say to each other. */

/** What a worker is told once, before its first batch. */
export interface WorkerSettings {
  /** The roots as bytes, absolute. */
  readonly source: BytePath;
  readonly destination: BytePath;
  /** What `destination` is called once all in it is done: its root is finished after that. */
  readonly finalDestination: BytePath;
  /** Bytes of one buffer handed to the kernel. */
  readonly chunkSize: number;
  /** Random, hexadecimal; part of every temporary name of this run. */
  readonly runId: string;
  readonly standing: Standing;
  readonly trust: Trust;
  readonly verify: boolean;
  /** Whether the digest of each file is told. */
  readonly digests: boolean;
  readonly fsync: boolean;
  readonly ifExists: IfExists;
  readonly reflink: Reflink;
  /** Whether links are followed. */
  readonly dereference: boolean;
  /** Whether extended attributes and ACLs are kept, where the platform's calls can be reached. */
  readonly attributes: boolean;
  /** Whether an entry fails if something of it cannot be kept. */
  readonly strict: boolean;
  /** Whether a folder that is made has to be closed to others by a call of its own. */
  readonly setsModes: boolean;
  /** Which files a reading of folders looks for in the destination. */
  readonly looks: LooksBy;
  /** Whether it tells what only the destination has. */
  readonly readsExtras: boolean;
  /** Where what is replaced is kept, if it is. */
  readonly backup: BytePath | undefined;
  /** Roots of earlier copies: an entry that is the same there becomes a link to it. */
  readonly snapshots: readonly BytePath[];
  /** What decides which entries are to go; undefined where it is not asked. */
  readonly deletion: DeletionRules | undefined;
  /** Whether it tells that it has begun a batch, too. */
  readonly tellsBegin: boolean;
  /** What it heeds as others may work at the same entries from other machines. Undefined: nobody does. */
  readonly fleet: FleetRules | undefined;
  readonly parentPid: number;
}

/** What a worker of a fleet heeds, whichever machine it is on. */
export interface FleetRules {
  /** When the run began, by the destination's clock; seconds. What changed since may be the work of a lost try. */
  readonly began: number;
  /** A file that tells when its machine was last sure to be part of the run; undefined: it is the run's own. */
  readonly beatFile: string | undefined;
}

/**
 * The code of a first try in a fleet that came to nothing: a machine that is lost had it, or did not see what others
 * had made, or it was left half done. It is tried again, by the machine that runs the copy.
 */
export const LOST_ELSEWHERE = 'LOST_ELSEWHERE';

/** What is in the folder that a run writes in: nothing, an earlier run's own work, or content of others. */
export type Standing = 'nothing' | 'earlier' | 'content';

/** How far what an earlier run finished is believed: by its time, after comparing content, or not at all. */
export type Trust = 'time' | 'content' | 'nothing';

/** What becomes of a file that stands in the destination already. */
export type IfExists = 'overwrite' | 'update' | 'newer' | 'skip' | 'error';
export type Reflink = 'auto' | 'always' | 'never';

/** Work for one worker: entries, one in each row of the columns. */
export interface Batch {
  readonly id: number;
  /** Whether what an earlier try left may stand in the destination. */
  readonly again: boolean;
  /** Whether what fails now fails for good. */
  readonly isLastTry: boolean;
  /** How many small files are to be under way at a time: several where the storage is slow. */
  readonly atATime: number;
  readonly folders: readonly BytePath[];
  /** The place of each entry's folder among `folders`: most share theirs with their neighbours. */
  readonly folderOf: Uint16Array;
  /** Codes of `JOB_KINDS`. */
  readonly kinds: Uint8Array;
  readonly names: PackedNames;
  /** A packed `FactsColumn`. */
  readonly facts: Float64Array;
  /** For hard links, by row: the path of the name that has been copied. */
  readonly firstNames?: Readonly<Record<number, BytePath>>;
  /** For the jobs of a large file, by row. */
  readonly parts?: Readonly<Record<number, Part>>;
}

export function kindAt({ id, kinds }: Batch, row: number): JobKind {
  const kind = JOB_KINDS.wordOf(kinds[row]);
  if (kind === undefined) throw new RangeError(`batch ${id} has no row ${row}`);
  return kind;
}

export function folderAt({ id, folders, folderOf }: Batch, row: number): BytePath {
  const folder = folders[folderOf[row] ?? -1];
  if (folder === undefined) throw new RangeError(`batch ${id} has no folder for row ${row}`);
  return folder;
}

/** One job's part of a large file, which is copied in ranges. */
export interface Part {
  /** The name under which it is written if the destination existed before; the same for all its parts. */
  readonly temporaryName: string;
  /** The range of the file, in bytes; `end` exclusive. Of `begin`: what will probably have to be copied. */
  readonly start: number;
  readonly end: number;
}

/**
 * A large file is made by `begin`, filled by several jobs `range`, and finished by `end`. `hardLink` makes another
 * name of a file that has been copied under its first one; `finish` gives a folder its owner, mode and times, once
 * everything in it is done; `finishAfter` does so where all that is in it stands before it in the same batch,
 * `finishRoot` with the root, under its final name. `compare` writes nothing; `compareContent` reads a file, too.
 * `remove` takes an entry of the destination away.
 */
export type JobKind = WordOf<typeof JOB_KINDS>;

export const JOB_KINDS = new Codes([
  'file',
  'begin',
  'range',
  'end',
  'link',
  'hardLink',
  'fifo',
  'finish',
  'finishAfter',
  'finishRoot',
  'compare',
  'compareContent',
  'remove',
]);

/**
 * What of an entry could not be kept. `hardLink`: it became a file of its own; `grown`: what came later is not in it;
 * `sync`: a folder cannot be brought to the disk.
 */
export type NotKept =
  | 'owner'
  | 'mode'
  | 'time'
  | 'attribute'
  | 'hardLink'
  | 'grown'
  | 'sync'
  | 'fifo'
  | 'socket'
  | 'device';

/** How an entry came into the destination. */
export type How = (typeof HOWS)[number];

/**
 * How a job ended: `begun` is a large file that now needs its ranges, `filled` one of these, `postponed` a folder
 * in which something failed, so that there is more to do in it before it is finished, `compared` an entry of
 * which nothing was made, `removed` one of the destination that is gone.
 */
export type JobHow = WordOf<typeof JOB_HOWS>;

const HOWS = ['streamed', 'cloned', 'linked', 'made', 'kept', 'adjusted', 'skipped'] as const;
export const JOB_HOWS = new Codes([...HOWS, 'begun', 'filled', 'postponed', 'compared', 'removed']);

/** From a worker: what has happened in its batch since its last report. */
export interface WorkerReport {
  readonly batch: number;
  /** The worker's process id. */
  readonly worker: number;
  readonly done: DoneColumns;
  readonly failed: readonly FailedOutcome[];
  /** Bytes copied, of finished entries and of the one under way, since the last report. */
  readonly bytes: number;
  /** Those of the entry under way, all that it has by now. */
  readonly entryBytes: number;
}

/** What a worker's task returns when its batch is through. */
export interface BatchEnd {
  /** The last of its reports; the others have gone ahead. */
  readonly rest: WorkerReport;
  /** How many of its jobs the worker has begun, from the first on: the others go back where they came from. */
  readonly begun: number;
  readonly effort: Effort;
}

/** What a batch took of its worker. */
export interface Effort {
  /** By the clock, milliseconds. */
  readonly tookMs: number;
  /** Of a processor, milliseconds. */
  readonly cpuMs: number;
  /** How often the worker gave up the processor to wait for something other than the ceiling on bytes. */
  readonly waits: number;
}

/**
 * Rows of the batch, one after the other, that the worker is through with: an object for each would cost as much as a
 * small file's copy.
 */
export interface DoneColumns {
  /** The first of the rows. */
  readonly from: number;
  /** Of each its code in `JOB_HOWS`; `NO_WORD` where it failed. */
  readonly hows: Uint8Array;
  /**
   * Of each, as they stood in the batch: one behind the other, each ended by a zero. The batch is still at hand, but what
   * is shown as finished is what a worker said.
   */
  readonly names: Uint8Array;
  /** The few rows about which there is more to say, by their place in the batch. */
  readonly details: ReadonlyMap<number, DoneDetails>;
}

export interface DoneOutcome extends DoneDetails {
  readonly how: JobHow;
  /** Of content. */
  readonly bytes: number;
}

/** The bytes of content that an entry of this size brings when it ends so; what is otherwise stands in its `DoneDetails`. */
export function usualBytes(how: JobHow, size: number): number {
  return how === 'streamed' || how === 'cloned' ? size : 0;
}

export interface DoneDetails {
  /** Of content, where they are not what the entry's size and `how` say. */
  readonly bytes?: number;
  readonly notKept?: readonly NotKept[];
  /** SHA-256 of a file's content, hexadecimal. */
  readonly digest?: string;
  /** How long a range of a large file was copied, milliseconds. */
  readonly tookMs?: number;
  /** Of an entry that was compared and is not the same, or has several names. */
  readonly comparison?: Comparison;
}

export interface FailedOutcome {
  readonly index: number;
  readonly failure: Failure;
}
