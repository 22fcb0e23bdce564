import { readdirSync } from 'node:fs';
import { type BytePath, NAME_ENCODING, native } from '../../files/byte-path.js';
import { type Facts, sameInode } from '../../files/facts.js';
import { stat } from '../../files/system/stat.js';
import { type Sought, seenBelow } from '../../files/trees/mounts.js';
import { foldedName } from '../../rules/folded-name.js';
import { RefusedError } from '../report/errors.js';
import { nearestStanding, parentOf } from './paths.js';

/** A source or a destination. */
export interface Place<F> {
  /** As the user named it. */
  readonly shown: string;
  readonly root: BytePath;
  readonly facts: F;
}

/**
 * Refuses a destination that is the source, lies in it or contains it: by device and inode, so that no spelling, no link
 * and no mount hides it.
 * @param staysOn whether the run keeps to one file system
 * @throws {RefusedError}
 */
export function refuseOverlap(
  source: Place<Facts>,
  { shown, root, facts }: Place<Facts | undefined>,
  staysOn: boolean,
): void {
  const destination = facts === undefined ? undefined : { root, facts };
  if (destination !== undefined && isSame(source, destination))
    throw new RefusedError(`${shown}: is the source itself; name another destination`, 'EINVAL');
  if (isWithin(destination === undefined ? parentOf(root) : root, source, staysOn))
    throw new RefusedError(
      `${shown}: lies inside the source ${source.shown}; name a destination outside it`,
      'EINVAL',
    );
  if (destination !== undefined && isWithin(source.root, destination, staysOn))
    throw new RefusedError(
      `${shown}: contains the source ${source.shown}; name another destination`,
      'EINVAL',
    );
}

function isSame(one: Sought, other: Sought): boolean {
  if (sameInode(one.facts, other.facts)) return true;
  return isSpelledWithin(one.root, other.root) && isSpelledWithin(other.root, one.root);
}

/**
 * Whether a path lies in a folder, or is it.
 * @param start as far down as it exists
 * @param staysOn whether what is mounted in the folder from elsewhere does not count
 */
export function isWithin(start: BytePath, folder: Sought, staysOn = false): boolean {
  const standing = nearestStanding(start);
  for (let path = standing; ; path = parentOf(path)) {
    if (sameInode(stat(native(path)), folder.facts)) return true;
    if (parentOf(path) === path) break;
  }
  if (isSpelledWithin(standing, folder.root)) return true;
  return seenBelow({ root: standing, facts: stat(native(standing)) }, folder, staysOn) !== undefined;
}

/** The same for a folder that exists. */
export function isInFolder(start: BytePath, root: BytePath): boolean {
  return isWithin(start, { root, facts: stat(native(root)) });
}

/**
 * Whether a path leads into a folder, or to it, by another spelling of its name: a file system that ignores case may
 * number a folder otherwise under each. Both exist.
 */
function isSpelledWithin(path: BytePath, folder: BytePath): boolean {
  const names = namesOn(folder);
  const others = namesOn(path).slice(0, names.length);
  if (others.length < names.length) return false;
  const isAlike = (name: BytePath, n: number) =>
    name === others[n] || foldedName(name) === foldedName(others[n] ?? name);
  if (!names.every(isAlike)) return false;
  const differing = names.flatMap((name, n) => (name === others[n] ? [] : [n]));
  return (
    differing.length > 0 &&
    differing.every(n => isOneEntry(`/${names.slice(0, n).join('/')}`, names[n], others[n]))
  );
}

function namesOn(path: BytePath): BytePath[] {
  return path.split('/').filter(name => name !== '') as BytePath[];
}

/** Whether two names that both exist in a folder are one: then they are not both listed. */
function isOneEntry(folder: string, ...names: readonly (BytePath | undefined)[]): boolean {
  let listed: ReadonlySet<string>;
  try {
    listed = new Set(readdirSync(native(folder), NAME_ENCODING));
  } catch {
    return false; // It may be closed to us: device and inode have told what they can.
  }
  return names.filter(name => name !== undefined && listed.has(name)).length < 2;
}
