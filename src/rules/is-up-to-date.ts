import { readlinkSync } from 'node:fs';
import { type BytePath, NAME_ENCODING, native } from '../files/byte-path.js';
import { type Facts, isOneFile, kindOf } from '../files/facts.js';
import { type FolderHandles, standingAt } from '../files/trees/folder-handles.js';
import type { JobKind } from '../protocol/messages.js';
import { type HeldTimes, isLaterTime, isSameTime, type Timed } from './held-times.js';
import { hasSameRights } from './same-rights.js';
import type { Look } from './stands-there.js';

/** Both trees, to be looked at: a worker's context has them, and the parent of a dry run. */
export interface TreePair {
  readonly source: FolderHandles;
  readonly destination: FolderHandles;
  /** What the destination can hold of a time. */
  readonly heldTimes: HeldTimes;
}

/** What of a job decides whether it is done already. */
interface Wanted {
  readonly kind: JobKind;
  readonly folder: BytePath;
  readonly name: BytePath;
  readonly facts: Facts;
  /** Of a hard link: the name that has been copied. */
  readonly firstName?: BytePath | undefined;
}

export function lookAt(trees: TreePair, job: Wanted): Look {
  return {
    isUpToDate: there => isUpToDate(trees, job, there),
    hasSameRights: there => hasSameRights(job.facts, there),
    isOlder: there => isOlder(trees, job, there),
  };
}

function isOlder(trees: TreePair, job: Wanted, there: Facts): boolean {
  if (isLaterTime(job.facts, there, trees.heldTimes)) return true;
  // As old, and the same file: it is replaced by a hard link to its other names.
  const isSame = kindOf(there) === kindOf(job.facts) && isSameFile(job.facts, there, trees.heldTimes);
  return job.kind === 'hardLink' && isSame && !isLinked(trees, job, there);
}

/** Whether what stands under the first name of a hard link is another file, which is kept as it is not older. */
export function isFirstNameAnother(trees: TreePair, { firstName, facts }: Wanted): boolean {
  const first = firstName === undefined ? undefined : standingAt(trees.destination, firstName);
  if (first === undefined || isLaterTime(facts, first, trees.heldTimes)) return false;
  const kind = kindOf(facts);
  if (kindOf(first) !== kind || (kind === 'file' && first.size !== facts.size)) return true;
  return !isSameTime(facts, first, trees.heldTimes);
}

/** Whether what stands in the destination is what the job would make, as kind, size and time tell. */
export function isUpToDate(trees: TreePair, job: Wanted, there: Facts): boolean {
  if (job.kind === 'hardLink') return isLinked(trees, job, there);
  const kind = kindOf(job.facts);
  if (kindOf(there) !== kind || !isSameTime(job.facts, there, trees.heldTimes)) return false;
  if (kind === 'link') return textIn(trees.destination, job) === textIn(trees.source, job);
  return kind !== 'file' || there.size === job.facts.size;
}

function isLinked({ destination }: TreePair, { firstName }: Wanted, there: Facts): boolean {
  const first = firstName === undefined ? undefined : standingAt(destination, firstName);
  return first !== undefined && isOneFile(first, there);
}

/** Whether a file has the size and the modification time of another, as far as the destination can tell times apart. */
export function isSameFile(source: Sized, standing: Sized, held: HeldTimes): boolean {
  return source.size === standing.size && isSameTime(source, standing, held);
}

type Sized = Timed & Pick<Facts, 'size'>;

function textIn(tree: FolderHandles, { folder, name }: Wanted): string {
  return readlinkSync(native(tree.at(folder) + name), { encoding: NAME_ENCODING });
}
