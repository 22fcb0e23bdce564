import { basename, join } from 'node:path';
import { type BytePath, bytePath, native, rawName, readable } from '../../files/byte-path.js';
import { type Facts, kindOf } from '../../files/facts.js';
import { lstatIfThere, stat } from '../../files/system/stat.js';
import { RefusedError } from '../report/errors.js';
import { asListed, pathIn } from './listed-path.js';
import { isInFolder, isWithin } from './overlap.js';
import { absolute, parentOf, realPath } from './paths.js';
import type { Request } from './request.js';

/**
 * Refuses files for `checksums`, `failed` and `log` where writing them would change the source, where the run itself would
 * take them away, and where they are a file that is given for something else too.
 * @throws {RefusedError}
 */
export function checkSideFiles(request: Request): void {
  const { checksums, failed, log, from, ignoreFile } = request.settings;
  check('checksums', checksums, request, { failed, log, from, ignoreFile });
  // The list of a run may be the one that it goes by: it has been read by then.
  check('failed', failed, request, { log, ignoreFile });
  check('log', log, request, { from, ignoreFile });
}

/** The same of the only one that a comparison has. @throws {RefusedError} */
export function checkLogOfComparison(request: Request): void {
  const { log, from, ignoreFile } = request.settings;
  check('log', log, request, { from, ignoreFile }, 'comparison');
}

type PathOption = string | Buffer | undefined;

function check(
  option: string,
  file: PathOption,
  request: Request,
  others: Readonly<Record<string, PathOption>>,
  purpose: 'copy' | 'comparison' = 'copy',
): void {
  const place = placeOf(file);
  if (place === undefined) return;
  const fault =
    leadsNowhere(place) ??
    readOnly(place, request) ??
    faultIn[purpose](place, request) ??
    sharedWith(place, others);
  if (fault !== undefined) throw new RefusedError(`${option} ${readable(place)}: ${fault}`, 'EINVAL');
}

/** It would be made wherever that is. */
function leadsNowhere(place: BytePath): string | undefined {
  const standing = standingAt(place);
  const isDangling = standing !== undefined && kindOf(standing) === 'link';
  return isDangling ? 'is a dangling symbolic link; name the file that it should point to' : undefined;
}

function readOnly(place: BytePath, { places, snapshots }: Request): string | undefined {
  if (isWithin(parentOf(place), { root: places.sourceRoot, facts: places.sourceFacts }))
    return 'lies in the source, which is never changed; name a file elsewhere';
  return snapshots.some(snapshot => isInFolder(parentOf(place), snapshot))
    ? 'lies in an earlier copy, which is only read; name a file elsewhere'
    : undefined;
}

const faultIn = { copy: faultInCopy, comparison: faultInComparison };

function faultInCopy(place: BytePath, request: Request): string | undefined {
  const { sourceRoot, destinationRoot, partialRoot } = request.places;
  const partial = resolved(partialRoot);
  const isInPartial = partial !== undefined && pathIn(partial, place) !== undefined;
  if (isInPartial || place === resolved(destinationRoot))
    return 'lies where the copy is made; name a file elsewhere';
  const path = inDestination(place, request);
  if (path === undefined || isInBackup(place, request)) return undefined;
  const isTaken = request.settings.delete || standingAt(rawName(`${sourceRoot}/${path}`)) !== undefined;
  return isTaken
    ? 'lies in the destination, where the copy would replace or delete it; name a file elsewhere, or exclude it'
    : undefined;
}

function faultInComparison(place: BytePath, request: Request): string | undefined {
  return inDestination(place, request) === undefined
    ? undefined
    : 'lies in the destination, where it would be a difference; name a file elsewhere, or exclude it';
}

/** Where it is in a destination that stands; undefined: elsewhere, or excluded. */
function inDestination(place: BytePath, { places, filters }: Request): BytePath | undefined {
  const { destinationRoot, exists } = places;
  const path = exists ? pathIn(destinationRoot, place) : undefined;
  return path === undefined || filters?.isExcluded(path, false) ? undefined : path;
}

/** What the run keeps there is never written over. */
function isInBackup(place: BytePath, { backup }: Request): boolean {
  return backup !== undefined && pathIn(backup.root, place) !== undefined;
}

function sharedWith(place: BytePath, others: Readonly<Record<string, PathOption>>): string | undefined {
  for (const [option, file] of Object.entries(others)) {
    if (placeOf(file) === place) return `is also the file of ${option}; name another one`;
  }
  return undefined;
}

/** @returns undefined where there is nothing to lose, as with `/dev/null`, or nothing that could be opened */
function placeOf(file: PathOption): BytePath | undefined {
  if (file === undefined || file.length === 0) return undefined;
  const path = absolute(bytePath(file));
  // A pipe under `/dev/fd` has no path of its own.
  const behind = ifReached(() => stat(native(path)));
  return behind === undefined || ['file', 'folder'].includes(kindOf(behind)) ? resolved(path) : undefined;
}

/** All links resolved, as far as it stands; undefined where it cannot be reached, which its opening will tell. */
function resolved(path: BytePath): BytePath | undefined {
  const real = realPathIfThere(path) ?? inRealFolder(path);
  return real && asListed(real);
}

function inRealFolder(path: BytePath): BytePath | undefined {
  const folder = realPathIfThere(parentOf(path));
  return folder === undefined ? undefined : rawName(join(folder, basename(path)));
}

function realPathIfThere(path: BytePath): BytePath | undefined {
  return ifReached(() => realPath(path));
}

function standingAt(place: BytePath): Facts | undefined {
  return ifReached(() => lstatIfThere(native(place)));
}

/** What cannot be looked at cannot be opened either: that has the path and the code in its message. */
function ifReached<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch {
    return undefined;
  }
}
