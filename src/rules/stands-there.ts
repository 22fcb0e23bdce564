import { type Facts, kindOf } from '../files/facts.js';
import { EntryError } from '../files/failure.js';
import { linkInTheWay } from '../files/trees/link-in-the-way.js';
import type { JobKind, WorkerSettings } from '../protocol/messages.js';

/** What becomes of an entry where something may stand in its place: for parent, workers and dry runs alike. */

/** Whose that is, and what the options say of it. */
export type Policy = Pick<WorkerSettings, 'standing' | 'trust' | 'ifExists' | 'digests'>;

/** `keep`: it is a folder already; `replace`: what is there goes first; `skip`: what is there stays. */
export type FolderDecision = 'make' | 'keep' | 'replace' | 'skip';

/** @throws {EntryError} where the folder fails because of what is there */
export function decideFolder(there: Facts | undefined, { standing, ifExists }: Policy): FolderDecision {
  if (there === undefined) return 'make';
  if (standing === 'nothing') throw nameCollision();
  const kind = kindOf(there);
  if (kind === 'folder') return 'keep';
  if (standing === 'earlier' || ifExists === 'overwrite' || ifExists === 'update') return 'replace';
  if (kind === 'link') throw linkInTheWay();
  if (ifExists === 'skip') return 'skip';
  throw inItsPlace();
}

/**
 * `adjust`: what is there stays, and gets the source's mode and owner; `compare`: it stays if it has the source's
 * content, else it is replaced.
 */
type EntryDecision = 'make' | 'replace' | 'skip' | 'adjust' | 'compare';

/** How what is there compares with the entry as it is to be made: looked at only where that decides. */
export interface Look {
  /** Whether it is the entry already, as far as facts tell. */
  isUpToDate(there: Facts): boolean;
  /** Whether it has the source's mode and owner too. */
  hasSameRights(there: Facts): boolean;
  /** Whether it was modified earlier. */
  isOlder(there: Facts): boolean;
}

/**
 * @param entry as it is to be made
 * @throws {EntryError} where the entry fails because of what is there
 */
export function decideEntry(
  { kind, facts }: { readonly kind: JobKind; readonly facts: Facts },
  there: Facts | undefined,
  { standing, trust, ifExists, digests }: Policy,
  look: Look,
): EntryDecision {
  if (there === undefined) return 'make';
  if (standing === 'nothing') throw nameCollision();
  const isFile = kind !== 'hardLink' && kindOf(facts) === 'file';
  if (standing === 'earlier') {
    // What has one name in the source and several in the copy is linked to something else.
    const isLinkedAmiss = kind !== 'hardLink' && facts.nlink === 1 && there.nlink > 1;
    if (trust === 'nothing' || isLinkedAmiss || !look.isUpToDate(there)) return 'replace';
    return trust === 'content' && isFile ? 'compare' : 'skip';
  }
  switch (ifExists) {
    case 'overwrite':
      return 'replace';
    case 'update':
      return decideUpdate(there, kind, digests && isFile, look);
    case 'newer':
      // Its time is that of the last change in it.
      if (kindOf(there) === 'folder') throw inItsPlace();
      return look.isOlder(there) ? 'replace' : 'skip';
    case 'skip':
      return 'skip';
    case 'error':
      throw new EntryError('EEXIST', 'it already exists in the destination');
    default:
      return ifExists satisfies never;
  }
}

function decideUpdate(there: Facts, kind: JobKind, wantsDigest: boolean, look: Look): EntryDecision {
  if (!look.isUpToDate(there)) return 'replace';
  const isRight = kind === 'hardLink' || look.hasSameRights(there);
  // Its other names, in a snapshot perhaps, keep theirs.
  if (!isRight && there.nlink > 1) return 'replace';
  // What --verify and --checksums vouch for is not believed by its time.
  if (wantsDigest) return 'compare';
  return isRight ? 'skip' : 'adjust';
}

function inItsPlace(): EntryError {
  return new EntryError('EEXIST', 'something else is in its place');
}

/** @param other whose name it is taken for */
export function nameCollision(other = 'another entry'): EntryError {
  return new EntryError('NAME_COLLISION', `the destination cannot tell its name from that of ${other}`);
}

/** A folder goes only where it is empty, unless all in it may go too. */
export function filledFolderInTheWay(): EntryError {
  return new EntryError('ENOTEMPTY', 'cannot be put in place: a folder that is not empty is in its place');
}
