import { platformCalls } from '../../files/system/platform-calls.js';
import { validatePatterns } from '../listing/patterns.js';
import { RefusedError, shownValue, UsageError } from '../report/errors.js';
import { EventSink } from '../report/event-sink.js';
import { deletionLimitOf } from './deletion-limit.js';
import { fleetAddress } from './fleet-address.js';
import {
  type CopySettings,
  DEFAULT_CHUNK_SIZE,
  DEFAULT_RETRIES,
  DEFAULT_SUFFIX,
  DEFAULT_WORKERS,
  IF_EXISTS,
  LARGEST_CHUNK_SIZE,
  MOST_RETRIES,
  MOST_WORKERS,
  REFLINK,
  type RunOptions,
  type Unset,
  XATTRS,
  type Xattrs,
} from './options.js';
import { type PathLike, pathFrom } from './path-like.js';
import {
  validateChoice,
  validateFlag,
  validateFunction,
  validateSignal,
  validateSuffix,
  validateWhole,
} from './validate.js';

/**
 * Checks and completes what is asked for.
 * @throws {UsageError} naming the option, what it takes and what came
 * @throws {RefusedError} where attributes have to be kept and cannot be reached
 */
export function normalizeOptions(options: RunOptions): CopySettings {
  const {
    workers,
    xattrs,
    maxDelete,
    onEvent,
    wantsFiles = onEvent !== undefined,
    spare,
    ...given
  } = complete(options);
  const { bwlimit, checksums, from, fsync, signal, verify } = given;
  if (workers !== undefined) validateWhole('workers', workers, 1, MOST_WORKERS);
  validateWhole('chunkSize', given.chunkSize, 1, LARGEST_CHUNK_SIZE);
  validateSuffix(given.suffix);
  validateChoice('ifExists', given.ifExists, IF_EXISTS);
  validatePatterns('include', given.include);
  validatePatterns('exclude', given.exclude);
  validateChoice('reflink', given.reflink, REFLINK);
  validateChoice('xattrs', xattrs, XATTRS);
  validateWhole('retries', given.retries, 0, MOST_RETRIES);
  if (bwlimit !== undefined) validateWhole('bwlimit', bwlimit, 1, Number.MAX_SAFE_INTEGER);
  for (const name of FLAGS) validateFlag(name, given[name]);
  validateSignal(signal);
  validateFunction('onEvent', onEvent);
  validateFunction('filter', given.filter);
  if (given.delete && from !== undefined) {
    throw new UsageError(
      'delete cannot be used with from, which lists only a part of the source; leave one of them out',
    );
  }
  if (maxDelete !== undefined && !given.delete)
    throw new UsageError('max-delete is a limit for delete; add delete, or leave it out');
  const fleet = given.fleet === undefined ? undefined : fleetAddress('fleet', given.fleet);
  if (fleet !== undefined) refuseWithFleet(given);
  return {
    ...given,
    fleet,
    ignoreFile: optionalPath('ignoreFile', given.ignoreFile),
    checksums: optionalPath('checksums', checksums),
    failed: optionalPath('failed', given.failed),
    log: optionalPath('log', given.log),
    from: optionalPath('from', from),
    backupDir: optionalPath('backupDir', given.backupDir),
    linkDest: listOfPaths('linkDest', given.linkDest),
    maxDelete: maxDelete === undefined ? undefined : deletionLimitOf(maxDelete),
    pool: { most: workers ?? DEFAULT_WORKERS, isWanted: workers !== undefined, spare },
    attributes: keepsAttributes(xattrs),
    digests: verify || checksums !== undefined,
    // What is read back has to be on the disk first, and what another machine goes on with.
    fsync: fsync || verify || fleet !== undefined,
    events: new EventSink(onEvent, signal, { wantsFiles: wantsFiles || given.log !== undefined }),
  };
}

type LeftOut = Unset | 'wantsFiles' | 'spare';
type Defaults = Required<Omit<RunOptions, LeftOut>> & Record<LeftOut, undefined>;

const DEFAULTS: Defaults = {
  workers: undefined,
  chunkSize: DEFAULT_CHUNK_SIZE,
  suffix: DEFAULT_SUFFIX,
  ifExists: 'overwrite',
  delete: false,
  maxDelete: undefined,
  linkDest: [],
  backupDir: undefined,
  include: [],
  exclude: [],
  ignoreFile: undefined,
  filter: undefined,
  oneFileSystem: false,
  dereference: false,
  reflink: 'auto',
  xattrs: 'auto',
  strict: false,
  verify: false,
  checksums: undefined,
  fsync: false,
  retries: DEFAULT_RETRIES,
  failFast: false,
  failed: undefined,
  log: undefined,
  from: undefined,
  bwlimit: undefined,
  fleet: undefined,
  spaceCheck: true,
  dryRun: false,
  signal: undefined,
  onEvent: undefined,
  wantsFiles: undefined,
  tellsBegin: false,
  isStorageSlow: false,
  onGivenUp: () => {},
  spare: undefined,
};

const FLAGS = [
  ...(['delete', 'oneFileSystem', 'dereference', 'strict', 'verify'] as const),
  ...(['fsync', 'failFast', 'spaceCheck', 'dryRun'] as const),
];

/** Each machine has its own view of what is behind a link, and a dry run needs no help. */
function refuseWithFleet({ dryRun, dereference }: { dryRun: boolean; dereference: boolean }): void {
  const other = dryRun ? 'dryRun' : dereference ? 'dereference' : undefined;
  if (other !== undefined) throw new UsageError(`fleet cannot be used with ${other}; leave one of them out`);
}

/** With a default for each that is left out. A misspelt name would silently change what is done. */
function complete(options: RunOptions) {
  if (typeof options !== 'object' || options === null)
    throw new UsageError(`options must be an object, not ${shownValue(options)}`);
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  const unknown = given.find(([name]) => !Object.hasOwn(DEFAULTS, name) && !SHOWING.has(name));
  if (unknown !== undefined) throw new UsageError(`unknown option ${JSON.stringify(unknown[0])}`);
  const known: RunOptions = Object.fromEntries(given.filter(([name]) => !SHOWING.has(name)));
  return { ...DEFAULTS, ...known };
}

/** How a run is shown is the command's affair, but a program may hand on all that it was given. */
const SHOWING = new Set(['progress', 'quiet', 'verbose']);

function optionalPath(option: string, path: PathLike | undefined): string | Buffer | undefined {
  return path === undefined ? undefined : pathFrom(`${option} takes`, path);
}

function listOfPaths(option: string, paths: readonly PathLike[]): (string | Buffer)[] {
  if (!Array.isArray(paths))
    throw new UsageError(`${option} takes a list of paths, not ${shownValue(paths)}`);
  return paths.map(path => pathFrom(`${option} takes`, path));
}

function keepsAttributes(xattrs: Xattrs): boolean {
  if (xattrs === 'always' && platformCalls() === undefined) {
    throw new RefusedError(
      'xattrs always: extended attributes cannot be read here: the optional dependency koffi is not installed or does not support this platform, or there is no /proc; fix that, or use xattrs auto',
      'ENOTSUP',
    );
  }
  return xattrs !== 'never';
}
