import { platformCalls } from '../../files/system/platform-calls.js';
import type { IfExists, Reflink } from '../../protocol/messages.js';
import { validatePatterns } from '../listing/patterns.js';
import { RefusedError, shownValue, UsageError } from '../report/errors.js';
import { EventSink } from '../report/event-sink.js';
import type { CopyEvent } from '../report/events.js';
import {
  validateChoice,
  validateFlags,
  validatePaths,
  validateSignal,
  validateSuffix,
  validateWhole,
} from './validate.js';

/** What can be asked of a copy; all of it optional, with the command's defaults. */
export interface CopyOptions {
  /** Size of the fixed pool, 1 to 64; never more are forked than there is work for. Default 5. */
  readonly workers?: number;
  /** Bytes of a chunk, 1 to 1 MiB. Default 1024. */
  readonly chunkSize?: number;
  /** Added to the source's name when no destination is given. Default `[副本]`. */
  readonly suffix?: string;
  /**
   * A file that already exists in the destination: `overwrite` replaces it, `update` does so if its size or
   * modification time differs, `skip` keeps it, `error` makes the entry fail. Default `overwrite`.
   */
  readonly ifExists?: IfExists;
  /** After a copy with no failures, remove from the destination what the source does not have. */
  readonly delete?: boolean;
  /**
   * gitignore lines relative to the source, each taken as `!glob` behind all excludes. Without any exclude
   * and ignore file only what they match is copied: of a folder all under it, other folders only where
   * something in them is copied. Nothing in an excluded folder can be included.
   */
  readonly include?: readonly string[];
  /** gitignore lines relative to the source: what they match is left out, here and by `delete`. */
  readonly exclude?: readonly string[];
  /** A file of gitignore lines; they come before `exclude`. */
  readonly ignoreFile?: string | Buffer;
  /** Do not enter folders on another file system than the source's: they are made, empty. */
  readonly oneFileSystem?: boolean;
  /** Copy what symbolic links point to. Default: links stay links. */
  readonly dereference?: boolean;
  /** Share blocks with the source where the file system can; with `always`, files that cannot be cloned fail. Default `auto`. */
  readonly reflink?: Reflink;
  /** Extended attributes and ACLs; `always` is refused where the platform's calls cannot be reached. Default `auto`. */
  readonly xattrs?: Xattrs;
  /** What could not be kept makes its entry failed, not only reported. */
  readonly strict?: boolean;
  /** Read every copied file back and compare its digest with the one taken while it was copied. */
  readonly verify?: boolean;
  /** A file for a manifest of the copied files, as `sha256sum -c` takes it in the destination. */
  readonly checksums?: string | Buffer;
  /** A file counts as finished only once it and its folder are on the disk. */
  readonly fsync?: boolean;
  /** How often a file is tried again after a transient error, 0 to 100. Default 2. */
  readonly retries?: number;
  /** Stop at the first failed entry. Default: go on, report all. */
  readonly failFast?: boolean;
  /** A file for the source-relative paths of failed entries, NUL-separated. */
  readonly failed?: string | Buffer;
  /** A file of source-relative paths, NUL-separated: just those are copied, of a folder all under it, unless they are excluded. */
  readonly from?: string | Buffer;
  /** Bytes a second for the whole pool. Default: no ceiling. */
  readonly bwlimit?: number;
  /** Check that the copy fits into the free space, as soon as its size is known. Default true. */
  readonly spaceCheck?: boolean;
  /** List and report; write nothing at all. */
  readonly dryRun?: boolean;
  /** Stops the run; the promise rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /**
   * Called for every event, in order. Where it returns a promise, the run lists no further until that has
   * resolved, so that a slow consumer is not overrun; one that rejects ends the run with its reason.
   */
  readonly onEvent?: (event: CopyEvent) => unknown;
}

/** What is asked of a run besides, by whoever shows it. */
export interface RunOptions extends CopyOptions {
  /** Whether each finished entry is told of; what is skipped though nobody asked for that always is. Default: to whoever hears events. */
  readonly wantsFiles?: boolean;
}

/**
 * Options after the door: checked and complete. What follows from one of them is decided here, and by nobody else:
 * `fsync` is true under `verify` too.
 */
export interface CopySettings extends Required<Omit<CopyOptions, NotAsGiven>> {
  readonly ignoreFile: string | Buffer | undefined;
  readonly checksums: string | Buffer | undefined;
  readonly failed: string | Buffer | undefined;
  readonly from: string | Buffer | undefined;
  readonly bwlimit: number | undefined;
  readonly signal: AbortSignal | undefined;
  /** Whether extended attributes and ACLs are kept, where the platform's calls can be reached. */
  readonly attributes: boolean;
  /** Whether the digest of each file is taken: what stands there is believed by its content alone then. */
  readonly digests: boolean;
  readonly events: EventSink;
}

/** Options without a default, and those that became something else. */
type NotAsGiven =
  | 'ignoreFile'
  | 'checksums'
  | 'failed'
  | 'from'
  | 'bwlimit'
  | 'signal'
  | 'xattrs'
  | 'onEvent';

export const DEFAULT_WORKERS = 5;
export const MOST_WORKERS = 64;
export const DEFAULT_CHUNK_SIZE = 1024;
export const LARGEST_CHUNK_SIZE = 1024 * 1024;
export const DEFAULT_RETRIES = 2;
export const MOST_RETRIES = 100;
export const DEFAULT_SUFFIX = '[副本]';

export const IF_EXISTS: readonly IfExists[] = ['overwrite', 'update', 'skip', 'error'];
export const REFLINK: readonly Reflink[] = ['auto', 'always', 'never'];
export type Xattrs = 'auto' | 'always' | 'never';
export const XATTRS: readonly Xattrs[] = ['auto', 'always', 'never'];

/**
 * @throws {UsageError} naming the option, what it takes and what came
 * @throws {RefusedError} where attributes have to be kept and cannot be reached
 */
export function normalizeOptions(options: RunOptions): CopySettings {
  if (typeof options !== 'object' || options === null)
    throw new UsageError(`options come as an object, not ${shownValue(options)}`);
  const {
    workers = DEFAULT_WORKERS,
    chunkSize = DEFAULT_CHUNK_SIZE,
    suffix = DEFAULT_SUFFIX,
    ifExists = 'overwrite',
    delete: deleteExtras = false,
    include = [],
    exclude = [],
    ignoreFile,
    oneFileSystem = false,
    dereference = false,
    reflink = 'auto',
    xattrs = 'auto',
    strict = false,
    verify = false,
    checksums,
    fsync = false,
    retries = DEFAULT_RETRIES,
    failFast = false,
    failed,
    from,
    bwlimit,
    spaceCheck = true,
    dryRun = false,
    signal,
    onEvent,
    wantsFiles = onEvent !== undefined,
    ...others
  } = options;
  refuseUnknown(others);
  validateWhole('workers', workers, 1, MOST_WORKERS);
  validateWhole('chunkSize', chunkSize, 1, LARGEST_CHUNK_SIZE);
  validateSuffix(suffix);
  validateChoice('ifExists', ifExists, IF_EXISTS);
  validatePatterns('include', include);
  validatePatterns('exclude', exclude);
  validateChoice('reflink', reflink, REFLINK);
  validateChoice('xattrs', xattrs, XATTRS);
  validateWhole('retries', retries, 0, MOST_RETRIES);
  if (bwlimit !== undefined) validateWhole('bwlimit', bwlimit, 1, Number.MAX_SAFE_INTEGER);
  validateFlags({
    delete: deleteExtras,
    oneFileSystem,
    dereference,
    strict,
    verify,
    fsync,
    failFast,
    spaceCheck,
    dryRun,
  });
  validatePaths({ ignoreFile, checksums, failed, from });
  validateSignal(signal);
  if (onEvent !== undefined && typeof onEvent !== 'function')
    throw new UsageError(`onEvent takes a function, not ${shownValue(onEvent)}`);
  if (deleteExtras && from !== undefined) {
    throw new UsageError(
      'delete cannot be used with from, which lists only a part of the source; leave one of them out',
    );
  }
  return {
    workers,
    chunkSize,
    suffix,
    ifExists,
    delete: deleteExtras,
    include,
    exclude,
    ignoreFile,
    oneFileSystem,
    dereference,
    reflink,
    attributes: keepsAttributes(xattrs),
    strict,
    verify,
    checksums,
    digests: verify || checksums !== undefined,
    // What is read back has to be on the disk first.
    fsync: fsync || verify,
    retries,
    failFast,
    failed,
    from,
    bwlimit,
    spaceCheck,
    dryRun,
    signal,
    events: new EventSink(onEvent ?? (() => {}), wantsFiles, signal),
  };
}

function keepsAttributes(xattrs: Xattrs): boolean {
  if (xattrs === 'always' && platformCalls() === undefined) {
    throw new RefusedError(
      'xattrs always: extended attributes cannot be read here: the optional dependency koffi is not installed or does not support this platform, or there is no /proc; mend that, or use xattrs auto (ENOTSUP)',
    );
  }
  return xattrs !== 'never';
}

/** A slip in a name would change what is done without a word. */
function refuseUnknown(others: object): void {
  for (const [name, value] of Object.entries(others)) {
    if (value === undefined || SHOWING.has(name)) continue;
    throw new UsageError(`unknown option ${JSON.stringify(name)}`);
  }
}

/** How a run is shown is the command's affair, but a program may hand on all that it was given. */
const SHOWING = new Set(['progress', 'quiet', 'verbose']);
