import { accessSync, constants, lstatSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { type BytePath, bytePath, native, rawName, readable } from '../../files/byte-path.js';
import { type Facts, kindOf } from '../../files/facts.js';
import { codeOf } from '../../files/failure.js';
import { lstat, stat } from '../../files/system/stat.js';
import { RefusedError, refusal, UsageError } from '../report/errors.js';
import type { CopySettings } from './options.js';
import { refuseOverlap } from './overlap.js';
import { partialOf } from './partial-name.js';
import { type PathLike, pathFrom } from './path-like.js';
import { absolute, nearestStanding, parentOf, realPathOf } from './paths.js';

/** Where a copy reads and writes; all paths absolute. */
export interface Places {
  /** As the user named it. */
  readonly source: BytePath;
  /** What it is: links resolved. */
  readonly sourceRoot: BytePath;
  readonly sourceFacts: Facts;
  readonly destination: BytePath;
  readonly destinationRoot: BytePath;
  /** Where a new destination is built. */
  readonly partialRoot: BytePath;
  /** Whether the destination existed before the run. */
  readonly exists: boolean;
  /** How messages name both: as the user did. */
  readonly shown: { readonly source: string; readonly destination: string };
}

/** What of the options decides where a copy goes. */
type PlaceOptions = Pick<CopySettings, 'suffix'> & Partial<Pick<CopySettings, 'oneFileSystem'>>;

/**
 * Finds source and destination of a copy and refuses what cannot be copied so, before anything is written.
 * @throws {RefusedError}
 */
export function checkPlaces(
  source: PathLike,
  destination: PathLike | undefined,
  options: PlaceOptions,
): Places {
  const places = findPlaces(source, destination, options);
  const { destinationRoot, partialRoot, exists, shown } = places;
  refuseUnwritable(shown.destination, destinationRoot, exists);
  if (exists && lstatSync(native(partialRoot), { throwIfNoEntry: false }) !== undefined) {
    throw new RefusedError(
      `${shown.destination}: exists, and so does ${readable(partialRoot)}; remove or rename one of them`,
      'EEXIST',
    );
  }
  return places;
}

/**
 * The same for a comparison, which reads the destination and writes nothing.
 * @throws {RefusedError}
 */
export function checkStandingPlaces(
  source: PathLike,
  destination: PathLike | undefined,
  options: PlaceOptions,
): Places {
  const places = findPlaces(source, destination, options);
  const shown = places.shown.destination;
  if (!places.exists) throw new RefusedError(`${shown}: no such folder to compare with`, 'ENOENT');
  refuseUnreadable(shown, places.destinationRoot);
  return places;
}

function findPlaces(
  givenSource: PathLike,
  givenDestination: PathLike | undefined,
  { suffix, oneFileSystem = false }: PlaceOptions,
): Places {
  const source = pathFrom('the source is', givenSource);
  const destination =
    givenDestination === undefined ? undefined : pathFrom('the destination is', givenDestination);
  // The empty name would be resolved to the working folder: a script's unset variable must not copy that.
  if (source.length === 0) throw new UsageError("the source's name is empty");
  if (destination?.length === 0) throw new UsageError("the destination's name is empty");
  const shownSource = readable(bytePath(source));
  const from = absolute(bytePath(source));
  const sourceFacts = statSource(shownSource, from);
  const to = destination === undefined ? defaultDestination(from, suffix) : absolute(bytePath(destination));
  const shown = readable(destination === undefined ? to : bytePath(destination));
  const sourceRoot = realPathOf(shownSource, from);
  const standing = statDestination(shown, to);
  const destinationRoot = standing === undefined ? to : realPathOf(shown, to);
  refuseOverlap(
    { shown: shownSource, root: sourceRoot, facts: sourceFacts },
    { shown, root: destinationRoot, facts: standing },
    { oneFileSystem },
  );
  const exists = standing !== undefined;
  const partialRoot = partialOf(destinationRoot);
  return {
    source: from,
    sourceRoot,
    sourceFacts,
    destination: to,
    destinationRoot,
    partialRoot,
    exists,
    shown: { source: shownSource, destination: shown },
  };
}

function defaultDestination(source: BytePath, suffix: string): BytePath {
  if (dirname(source) === source) {
    throw new UsageError(`${readable(source)} has no name to add ${suffix} to; name a destination`);
  }
  return rawName(join(dirname(source), basename(source) + bytePath(suffix)));
}

function statSource(shown: string, path: BytePath): Facts {
  let facts: Facts;
  try {
    facts = stat(native(path));
  } catch (error) {
    throw refusal(shown, 'cannot be copied', error);
  }
  if (kindOf(facts) !== 'folder')
    throw new RefusedError(`${shown}: cannot be copied: it is not a folder`, 'ENOTDIR');
  refuseUnreadable(shown, path);
  return facts;
}

function refuseUnreadable(shown: string, path: BytePath): void {
  try {
    accessSync(native(path), constants.R_OK | constants.X_OK);
  } catch (error) {
    throw refusal(shown, 'cannot be read', error);
  }
}

function statDestination(shown: string, path: BytePath): Facts | undefined {
  const itself = statIfThere(shown, () => lstat(native(path)));
  if (itself === undefined) return undefined;
  const behind = statIfThere(shown, () => stat(native(path)));
  if (behind === undefined)
    throw new RefusedError(
      `${shown}: is a dangling symbolic link; remove it, or create what it points to`,
      'ENOENT',
    );
  if (kindOf(behind) !== 'folder')
    throw new RefusedError(
      `${shown}: exists and is not a folder; remove it, or name another destination`,
      'ENOTDIR',
    );
  return behind;
}

function statIfThere(shown: string, look: () => Facts): Facts | undefined {
  try {
    return look();
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw refusal(shown, 'cannot be written', error);
  }
}

function refuseUnwritable(shown: string, destinationRoot: BytePath, exists: boolean): void {
  const folder = exists ? destinationRoot : nearestStanding(parentOf(destinationRoot));
  try {
    const facts = stat(native(folder));
    if (kindOf(facts) !== 'folder')
      throw new RefusedError(`${shown}: ${readable(folder)} is not a folder`, 'ENOTDIR');
    refuseClosed(folder, exists && facts.uid === process.geteuid?.());
  } catch (error) {
    if (error instanceof RefusedError) throw error;
    throw refusal(shown, 'cannot be written', error);
  }
}

/** @param isOpened whether it is opened to us while we work in it, whatever its mode */
function refuseClosed(folder: BytePath, isOpened: boolean): void {
  try {
    accessSync(native(folder), constants.W_OK | constants.X_OK);
  } catch (error) {
    if (!isOpened || codeOf(error) !== 'EACCES') throw error;
  }
}
