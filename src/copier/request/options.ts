import type { Spare } from '../../multiprocessing/process/spare.js';
import type { IfExists, Reflink } from '../../protocol/messages.js';
import type { FilterEntry } from '../listing/filters.js';
import type { EventSink } from '../report/event-sink.js';
import type { CopyEvent } from '../report/events.js';
import type { DeletionLimit, MaxDelete } from './deletion-limit.js';
import type { FleetAddress } from './fleet-address.js';
import type { PathLike } from './path-like.js';

/** The options of a copy; all of them optional, with the command's defaults. */
export interface CopyOptions {
  /** Number of workers, 1 to 64, started as soon as there are that many entries. Default: as many as pay, up to 5. */
  readonly workers?: number;
  /** Size of a chunk in bytes, 1 to 1 MiB. Default 1024. */
  readonly chunkSize?: number;
  /** Added to the source's name when no destination is given. Default `[副本]`. */
  readonly suffix?: string;
  /**
   * A file that already exists in the destination: `overwrite` replaces it, `update` does so if its size or
   * modification time differs (if only mode or owner do, these are changed), `newer` if the source's modification time
   * is later, `skip` keeps it, `error` makes the entry fail. Default `overwrite`.
   */
  readonly ifExists?: IfExists;
  /** After a copy without failures, remove from the destination what the source does not have. */
  readonly delete?: boolean;
  /**
   * The most that `delete` may remove: a number of entries, or a share of what the destination held before, such as
   * `10%`. If it is more, nothing is deleted. Default: a copy is refused if the source is empty, or has no name of its
   * root in common with the destination.
   */
  readonly maxDelete?: MaxDelete;
  /**
   * Earlier copies, which are only read. Files and links that are the same there, under the same path, become hard
   * links to them and are not copied; the first folder that has the same one counts.
   */
  readonly linkDest?: readonly PathLike[];
  /**
   * A folder that gets what is replaced or deleted in the destination, under its relative path. Nothing in it is
   * overwritten: a second `name` becomes `name.~1~`. In the destination, `delete` leaves it alone.
   */
  readonly backupDir?: PathLike;
  /**
   * gitignore lines, relative to the source. Together with excludes, they take back what those leave out, except
   * inside excluded folders. Without excludes, only what they match is copied, and everything in a folder that
   * matches; other folders are made only if something in them is copied.
   */
  readonly include?: readonly string[];
  /** gitignore lines, relative to the source: what they match is not copied, and `delete` leaves it alone. */
  readonly exclude?: readonly string[];
  /** A file of gitignore lines; they come before those of `exclude`. */
  readonly ignoreFile?: PathLike;
  /**
   * Asked about each entry that no pattern leaves out: `false` leaves it out, with all that is in it. With `delete`,
   * it is also asked about what only the destination has; what it leaves out stays there. It may be asked twice.
   */
  readonly filter?: (entry: FilterEntry) => boolean;
  /** Do not enter folders on another file system than the source's; such folders are made, and stay empty. */
  readonly oneFileSystem?: boolean;
  /** Copy what symbolic links point to. Default: links stay links. */
  readonly dereference?: boolean;
  /** Share blocks with the source if the file system can; with `always`, files that cannot be cloned fail. Default `auto`. */
  readonly reflink?: Reflink;
  /** Extended attributes and ACLs; `always` is refused if they cannot be read here. Default `auto`. */
  readonly xattrs?: Xattrs;
  /** An entry fails if its owner or anything else of it cannot be kept; by default, that is only counted. */
  readonly strict?: boolean;
  /** Read every copied file back and compare it with what was read from the source. */
  readonly verify?: boolean;
  /** A file to write the checksums of the copied files to; `sha256sum -c` checks them in the destination. */
  readonly checksums?: PathLike;
  /** A file counts as finished only when it and its folder are on the disk. */
  readonly fsync?: boolean;
  /** How often a file is tried again after a transient error, 0 to 100. Default 2. */
  readonly retries?: number;
  /** Stop at the first failed entry. Default: copy the rest, report all failures. */
  readonly failFast?: boolean;
  /** A file to write the paths of failed entries to, relative to the source, each ended by a NUL byte. */
  readonly failed?: PathLike;
  /** A file to write the events to, each as a line of JSON; what it held before is gone. */
  readonly log?: PathLike;
  /** A file as `failed` writes it: only these entries are copied, and everything in a folder, unless excluded. */
  readonly from?: PathLike;
  /** Limit for all workers together, in bytes per second. Default: none. */
  readonly bwlimit?: number;
  /** Check that the copy fits into the free space, as soon as its size is known. Default true. */
  readonly spaceCheck?: boolean;
  /** Report what would be done; write nothing. */
  readonly dryRun?: boolean;
  /**
   * The URL of a Redis, such as `rediss://user@host`, over which other machines lend workers to this copy: those that
   * run `folder-copy --join` with it. Implies `fsync`; the packages bullmq and ioredis have to be installed.
   */
  readonly fleet?: string;
  /** Stops the copy; the promise rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /**
   * Called for each event, in order. If it returns a promise, the copy waits for it, so that a slow consumer is
   * not overrun; if that rejects, the copy stops and rejects with the same reason.
   */
  readonly onEvent?: (event: CopyEvent) => unknown;
}

/** What the command asks of a run, in addition. */
export interface RunOptions extends CopyOptions {
  /**
   * Whether each finished entry is an event; one that is skipped without being asked for always is. Default: if there
   * is `onEvent`.
   */
  readonly wantsFiles?: boolean;
  /** Whether each worker tells what it begins: for a view that shows what each is at. */
  readonly tellsBegin?: boolean;
  /** Whether storage counts as slow whatever its calls take: for tests, on storage that is not. */
  readonly isStorageSlow?: boolean;
  /** Called once, if not all workers could be started and the run goes on with the others. */
  readonly onGivenUp?: (error: Error) => void;
  /** A worker that has been forked already. */
  readonly spare?: Spare | undefined;
}

/**
 * Options as `normalizeOptions` returns them, checked and complete. Nothing later derives one from another: `fsync` is
 * true under `verify` and in a fleet, too.
 */
export interface CopySettings extends Required<Omit<CopyOptions, Unset | 'xattrs'>> {
  readonly linkDest: readonly (string | Buffer)[];
  readonly backupDir: string | Buffer | undefined;
  /** Undefined: a deletion that looks like a mistake is refused. */
  readonly maxDelete: DeletionLimit | undefined;
  readonly ignoreFile: string | Buffer | undefined;
  readonly checksums: string | Buffer | undefined;
  readonly failed: string | Buffer | undefined;
  readonly log: string | Buffer | undefined;
  readonly from: string | Buffer | undefined;
  readonly bwlimit: number | undefined;
  readonly fleet: FleetAddress | undefined;
  readonly filter: ((entry: FilterEntry) => boolean) | undefined;
  readonly signal: AbortSignal | undefined;
  /** Whether extended attributes and ACLs are kept, where the platform's calls can be reached. */
  readonly attributes: boolean;
  /** Whether the digest of each file is taken: an existing file is then trusted only by its content. */
  readonly digests: boolean;
  /** How many workers there may be, whether just so many were asked for, and one that is there already. */
  readonly pool: {
    readonly most: number;
    readonly isWanted: boolean;
    readonly spare: Spare | undefined;
  };
  readonly isStorageSlow: boolean;
  readonly tellsBegin: boolean;
  readonly events: EventSink;
  readonly onGivenUp: (error: Error) => void;
}

/** Options that have no default. */
export type Unset =
  | 'filter'
  | 'workers'
  | 'maxDelete'
  | 'backupDir'
  | 'ignoreFile'
  | 'checksums'
  | 'failed'
  | 'log'
  | 'from'
  | 'bwlimit'
  | 'fleet'
  | 'signal'
  | 'onEvent';

/** Options that make no sense for a comparison. */
export const COPY_ONLY = [
  'xattrs',
  'ifExists',
  'delete',
  'maxDelete',
  'linkDest',
  'backupDir',
  'reflink',
  'checksums',
  'fsync',
  'spaceCheck',
  'failFast',
  'strict',
  'failed',
  'dryRun',
  'fleet',
] as const satisfies readonly (keyof CopyOptions)[];

export const DEFAULT_WORKERS = 5;
export const MOST_WORKERS = 64;
export const DEFAULT_CHUNK_SIZE = 1024;
export const LARGEST_CHUNK_SIZE = 1024 * 1024;
export const DEFAULT_RETRIES = 2;
export const MOST_RETRIES = 100;
export const DEFAULT_SUFFIX = '[副本]';

export const IF_EXISTS: readonly IfExists[] = ['overwrite', 'update', 'newer', 'skip', 'error'];
export const REFLINK: readonly Reflink[] = ['auto', 'always', 'never'];
export type Xattrs = 'auto' | 'always' | 'never';
export const XATTRS: readonly Xattrs[] = ['auto', 'always', 'never'];
