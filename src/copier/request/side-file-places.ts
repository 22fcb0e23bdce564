import { basename, join, relative } from 'node:path';
import { type BytePath, bytePath, native, rawName, readable } from '../../files/byte-path.js';
import { type Facts, kindOf } from '../../files/facts.js';
import { lstatIfThere } from '../../files/system/stat.js';
import { RefusedError } from '../report/errors.js';
import { absolute, parentOf, realPath } from './paths.js';
import { isWithin } from './places.js';
import type { Request } from './request.js';

/**
 * Refuses files for `checksums` and `failed` where writing them would change the source, where the run itself would
 * take them away, and where they are a file that is given for something else too.
 * @throws {RefusedError}
 */
export function checkSideFiles(request: Request): void {
  const { checksums, failed, from, ignoreFile } = request.settings;
  check('checksums', checksums, request, { failed, from, ignoreFile });
  // The list of a run may be the one that it goes by: it has been read by then.
  check('failed', failed, request, { ignoreFile });
}

type PathOption = string | Buffer | undefined;

function check(
  option: string,
  file: PathOption,
  request: Request,
  others: Readonly<Record<string, PathOption>>,
): void {
  const place = placeOf(file);
  if (place === undefined) return;
  const fault = leadsNowhere(place) ?? faultOf(place, request) ?? sharedWith(place, others);
  if (fault !== undefined) throw new RefusedError(`${option} ${readable(place)}: ${fault}`, 'EINVAL');
}

/** It would be made wherever that is. */
function leadsNowhere(place: BytePath): string | undefined {
  const standing = standingAt(place);
  const isDangling = standing !== undefined && kindOf(standing) === 'link';
  return isDangling ? 'is a dangling symbolic link; name the file that it should point to' : undefined;
}

function faultOf(place: BytePath, { places, settings, filters }: Request): string | undefined {
  const { sourceRoot, sourceFacts, destinationRoot, partialRoot, exists } = places;
  if (isWithin(parentOf(place), sourceFacts))
    return 'lies in the source, which is never changed; name a file elsewhere';
  const partial = resolved(partialRoot);
  const isInPartial = partial !== undefined && (place === partial || place.startsWith(`${partial}/`));
  if (isInPartial || place === resolved(destinationRoot))
    return 'lies where the copy will be made; name a file elsewhere';
  if (!exists || !place.startsWith(`${destinationRoot}/`)) return undefined;
  const path = rawName(relative(destinationRoot, place));
  const isTaken = settings.delete || standingAt(rawName(`${sourceRoot}/${path}`)) !== undefined;
  return isTaken && !filters?.isExcluded(path, false)
    ? 'lies in the destination, where the copy would replace or delete it; name a file elsewhere, or exclude it'
    : undefined;
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
  const place = resolved(absolute(bytePath(file)));
  const standing = place === undefined ? undefined : standingAt(place);
  return standing === undefined || ['file', 'folder', 'link'].includes(kindOf(standing)) ? place : undefined;
}

/** All links resolved, as far as it stands; undefined where it cannot be reached, which its opening will tell. */
function resolved(path: BytePath): BytePath | undefined {
  return realPathIfThere(path) ?? inRealFolder(path);
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
