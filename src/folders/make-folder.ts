import { chmodSync } from 'node:fs';
import { type BytePath, native, split } from '../files/byte-path.js';
import { type Facts, sameInode } from '../files/facts.js';
import { codeOf, EntryError, step } from '../files/failure.js';
import { entryCalls } from '../files/system/choose-calls.js';
import type { FolderPlace } from '../files/system/entry-calls.js';
import { unlinkIfThere } from '../files/system/path-calls.js';
import { waitingCalls } from '../files/system/waiting-calls.js';
import { type FolderHandles, standingAt } from '../files/trees/folder-handles.js';
import type { FolderOutcome } from '../protocol/readings.js';
import { isAccepted } from '../rules/keep.js';
import { decideFolder, type FolderDecision, type Policy } from '../rules/stands-there.js';
import type { BackupFolder } from './backup-folder.js';
import { openToOwner } from './open-to-owner.js';

/** Where a folder is made. */
export interface FolderSite {
  readonly handles: FolderHandles;
  readonly policy: Policy;
  /** The root of the source, which stays as it is whatever way leads to it. */
  readonly sourceRoot: Facts;
  /** Whether folders that are made have to be given their mode: see `WorkFolder`. */
  readonly setsModes: boolean;
  /** Keeps what is replaced, if that is asked. */
  readonly backup?: BackupFolder | undefined;
}

/**
 * Sees to it that a real folder stands at `folder` in the destination and can be written in.
 * It is closed to all others until it gets its own mode, after its content.
 * @throws {EntryError} NAME_COLLISION where the file system takes two names of the source for one;
 * LINK_IN_THE_WAY where a link is there and may not be replaced
 */
export function makeFolder(site: FolderSite, folder: BytePath): FolderOutcome {
  if (makeIfFree(site, folder)) return 'made';
  const decision = decide(site, folder);
  if (decision === 'keep') openToOwner(site.handles, folder);
  if (decision === 'keep' || decision === 'skip') return OUTCOMES[decision];
  if (decision === 'replace') {
    const [parent, name] = split(folder);
    step('what is in its place cannot be removed', () => {
      site.backup?.keep(parent, name);
      // What is kept may have been moved away.
      unlinkIfThere(native(site.handles.at(parent) + name));
    });
  }
  if (makeIfFree(site, folder)) return 'made';
  throw new EntryError('EEXIST', 'something else has taken its place');
}

/**
 * Makes a folder without holding up the process, where nothing is in its place.
 * @param parent the folder that it is made in
 * @returns whether that was possible; if not, `makeFolder` sees to it, and tells what is in the way
 */
export async function makeFolderWaiting(
  site: FolderSite,
  folder: BytePath,
  parent: FolderPlace,
): Promise<boolean> {
  try {
    await waitingCalls.makeFolder(parent.prefix + split(folder)[1], PRIVATE);
  } catch {
    return false;
  }
  closeToOthers(site, folder);
  return true;
}

/** What `makeFolder` would do. */
export function lookAtFolder(site: FolderSite, folder: BytePath): FolderOutcome {
  return OUTCOMES[decide(site, folder)];
}

function decide({ handles, policy, sourceRoot }: FolderSite, folder: BytePath): FolderDecision {
  const there = standingAt(handles, folder);
  if (there !== undefined && sameInode(there, sourceRoot))
    throw new EntryError('EINVAL', 'it is the source itself, which is never changed');
  return decideFolder(there, policy);
}

const OUTCOMES: Readonly<Record<FolderDecision, FolderOutcome>> = {
  make: 'made',
  replace: 'made',
  keep: 'kept',
  skip: 'skipped',
};

const PRIVATE = 0o700;

function makeIfFree(site: FolderSite, folder: BytePath): boolean {
  const [parent, name] = split(folder);
  try {
    entryCalls().makeFolder(site.handles.place(parent), name, PRIVATE);
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    return step('cannot be made', () => {
      throw error;
    });
  }
  closeToOthers(site, folder);
  return true;
}

/** By its handle: a link that takes its place meanwhile is not followed. A mode that is lost is reported at its end. */
function closeToOthers({ handles, setsModes }: FolderSite, folder: BytePath): void {
  if (setsModes) isAccepted(() => chmodSync(native(handles.at(folder).slice(0, -1)), PRIVATE));
}
