import { accessSync, constants, lstatSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { type Facts, kindOf, sameInode } from '../common/facts.js';
import { codeOf, failureOf } from '../common/failure.js';
import { lstat, stat } from '../common/stat.js';
import { RefusedError, UsageError } from './errors.js';

/** Where a copy reads and writes; all paths absolute. */
export interface Places {
  /** As the user named it. */
  readonly source: string;
  /** What it is: links resolved. */
  readonly sourceRoot: string;
  readonly sourceFacts: Facts;
  readonly destination: string;
  readonly destinationRoot: string;
  /** Where a destination that does not stand grows. */
  readonly partialRoot: string;
  /** Whether the destination stood before. */
  readonly exists: boolean;
}

/**
 * Finds source and destination and refuses what cannot be, before anything is written.
 * @throws {RefusedError}
 */
export function checkPlaces(source: string, destination: string | undefined, suffix: string): Places {
  // The empty name would be resolved to the working directory: a script's unset variable must not copy that.
  if (source === '') throw new UsageError("the source's name is empty");
  if (destination === '') throw new UsageError("the destination's name is empty");
  const from = resolve(source);
  const sourceFacts = statSource(source, from);
  const to = resolve(destination ?? defaultDestination(from, suffix));
  const shown = destination ?? to;
  const sourceRoot = realpathSync(from);
  const standing = statDestination(shown, to);
  const destinationRoot = standing === undefined ? to : realpathSync(to);
  refuseOverlap(source, sourceRoot, sourceFacts, shown, destinationRoot, standing);
  refuseUnwritable(shown, destinationRoot, standing !== undefined);
  const exists = standing !== undefined;
  const partialRoot = partialOf(destinationRoot);
  if (exists && lstatSync(partialRoot, { throwIfNoEntry: false }) !== undefined) {
    throw new RefusedError(
      `${shown}: stands there, and so does ${partialRoot}; remove or rename one of them (EEXIST)`,
    );
  }
  return { source: from, sourceRoot, sourceFacts, destination: to, destinationRoot, partialRoot, exists };
}

/** Beside the destination; a name that is too long with the suffix is cut to fit, between characters. */
function partialOf(destinationRoot: string): string {
  let name = basename(destinationRoot);
  while (Buffer.byteLength(name) + PARTIAL.length > MOST_NAME_BYTES) name = [...name].slice(0, -1).join('');
  return join(dirname(destinationRoot), name + PARTIAL);
}

const PARTIAL = '.partial';
const MOST_NAME_BYTES = 255;

function defaultDestination(source: string, suffix: string): string {
  if (dirname(source) === source) {
    throw new UsageError(`${source} has no name to put ${suffix} behind; name a destination`);
  }
  return join(dirname(source), basename(source) + suffix);
}

function statSource(shown: string, path: string): Facts {
  let facts: Facts;
  try {
    facts = stat(path);
  } catch (error) {
    throw new RefusedError(refusal(shown, 'cannot be copied', error), { cause: error });
  }
  if (kindOf(facts) !== 'folder')
    throw new RefusedError(`${shown}: cannot be copied: it is no folder (ENOTDIR)`);
  try {
    accessSync(path, constants.R_OK | constants.X_OK);
  } catch (error) {
    throw new RefusedError(refusal(shown, 'cannot be read', error), { cause: error });
  }
  return facts;
}

function statDestination(shown: string, path: string): Facts | undefined {
  const itself = statIfThere(shown, () => lstat(path));
  if (itself === undefined) return undefined;
  const behind = statIfThere(shown, () => stat(path));
  if (behind === undefined)
    throw new RefusedError(
      `${shown}: is a link that leads nowhere; remove it, or make what it leads to (ENOENT)`,
    );
  if (kindOf(behind) !== 'folder')
    throw new RefusedError(
      `${shown}: stands there and is no folder; remove it, or name another destination (ENOTDIR)`,
    );
  return behind;
}

function statIfThere(shown: string, look: () => Facts): Facts | undefined {
  try {
    return look();
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw new RefusedError(refusal(shown, 'cannot be written', error), { cause: error });
  }
}

/** By device and inode along both ways to the root: no spelling and no link hides an overlap. */
function refuseOverlap(
  source: string,
  sourceRoot: string,
  sourceFacts: Facts,
  destination: string,
  destinationRoot: string,
  standing: Facts | undefined,
): void {
  if (standing !== undefined && sameInode(standing, sourceFacts)) {
    throw new RefusedError(`${destination}: is the source itself; name another destination (EINVAL)`);
  }
  if (isWithin(dirname(destinationRoot), sourceFacts)) {
    throw new RefusedError(
      `${destination}: lies inside the source ${source}; name a destination outside it (EINVAL)`,
    );
  }
  if (standing !== undefined && isWithin(dirname(sourceRoot), standing)) {
    throw new RefusedError(
      `${destination}: contains the source ${source}; name another destination (EINVAL)`,
    );
  }
}

function isWithin(start: string, folder: Facts): boolean {
  for (let path = nearestStanding(start); ; path = dirname(path)) {
    if (sameInode(stat(path), folder)) return true;
    if (dirname(path) === path) return false;
  }
}

function refuseUnwritable(shown: string, destinationRoot: string, exists: boolean): void {
  const folder = exists ? destinationRoot : nearestStanding(dirname(destinationRoot));
  try {
    if (!statSync(folder).isDirectory()) throw new RefusedError(`${shown}: ${folder} is no folder (ENOTDIR)`);
    accessSync(folder, constants.W_OK | constants.X_OK);
  } catch (error) {
    if (error instanceof RefusedError) throw error;
    throw new RefusedError(refusal(shown, 'cannot be written', error), { cause: error });
  }
}

/** The path itself or its nearest ancestor that stands, links resolved. */
function nearestStanding(start: string): string {
  for (let path = start; ; path = dirname(path)) {
    try {
      return realpathSync(path);
    } catch (error) {
      if (dirname(path) === path || (codeOf(error) !== 'ENOENT' && codeOf(error) !== 'ENOTDIR')) {
        throw new RefusedError(refusal(path, 'cannot be reached', error), { cause: error });
      }
    }
  }
}

function refusal(path: string, what: string, error: unknown): string {
  const { code, message } = failureOf(error);
  return `${path}: ${what}: ${message} (${code})`;
}
