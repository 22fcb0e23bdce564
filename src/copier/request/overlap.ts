import { type BytePath, native, ROOT } from '../../files/byte-path.js';
import { type Facts, sameInode } from '../../files/facts.js';
import { stat } from '../../files/system/stat.js';
import { type Reach, type Sought, seenBelow } from '../../files/trees/mounts.js';
import { RefusedError } from '../report/errors.js';
import { pathIn } from './listed-path.js';
import { nearestStanding, parentOf } from './paths.js';

/**
 * Refuses a destination that is the source, lies in it or contains it: by device and inode, so that no spelling, no link
 * and no mount hides it.
 * @throws {RefusedError}
 */
export function refuseOverlap(
  source: Side<Facts>,
  { shown, root, facts }: Side<Facts | undefined>,
  reach: Reach,
): void {
  const destination = facts === undefined ? undefined : { root, facts };
  if (destination !== undefined && isSame(source, destination))
    throw new RefusedError(`${shown}: is the source itself; name another destination`, 'EINVAL');
  if (isWithin(destination === undefined ? parentOf(root) : root, source, reach))
    throw new RefusedError(
      `${shown}: lies in the source ${source.shown}; name a destination outside it`,
      'EINVAL',
    );
  if (destination !== undefined && isWithin(source.root, destination, reach))
    throw new RefusedError(
      `${shown}: contains the source ${source.shown}; name another destination`,
      'EINVAL',
    );
}

/** A source or a destination. */
interface Side<F> {
  /** As the user named it. */
  readonly shown: string;
  readonly root: BytePath;
  readonly facts: F;
}

function isSame(one: Sought, other: Sought): boolean {
  if (sameInode(one.facts, other.facts)) return true;
  return pathIn(one.root, other.root) === ROOT;
}

/** Whether a path, as far down as it exists, lies in a folder, or is it. */
export function isWithin(start: BytePath, folder: Sought, reach: Reach = {}): boolean {
  const standing = nearestStanding(start);
  for (let path = standing; ; path = parentOf(path)) {
    if (sameInode(stat(native(path)), folder.facts)) return true;
    if (parentOf(path) === path) break;
  }
  // A file system that ignores case may number a folder otherwise under each spelling of its name.
  if (pathIn(folder.root, standing) !== undefined) return true;
  return seenBelow({ root: standing, facts: stat(native(standing)) }, folder, reach) !== undefined;
}

/** The same for a folder that exists. */
export function isInFolder(start: BytePath, root: BytePath): boolean {
  return isWithin(start, { root, facts: stat(native(root)) });
}
