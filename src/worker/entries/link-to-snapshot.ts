import { constants, readlinkSync } from 'node:fs';
import { NAME_ENCODING, native } from '../../files/byte-path.js';
import { type Facts, kindOf, sameInode } from '../../files/facts.js';
import { step } from '../../files/failure.js';
import type { FolderPlace } from '../../files/system/entry-calls.js';
import { syncPath } from '../../files/system/path-calls.js';
import { platformCalls } from '../../files/system/platform-calls.js';
import type { SnapshotFolders } from '../../files/trees/snapshot-folders.js';
import type { BatchRow } from '../../protocol/batch-row.js';
import { compareAttributes } from '../../rules/attributes/kept-attributes.js';
import { isLinkRefusal } from '../../rules/keep.js';
import { isSameInSnapshot } from '../../rules/same-in-snapshot.js';
import type { Steps } from '../content/steps.js';
import type { Finished, Job } from '../context/job.js';
import type { WorkerContext } from '../context/worker-context.js';
import { compareContent } from './compare-content.js';
import { withSourcePath } from './source-path.js';
import type { Target } from './target.js';

/**
 * Makes an entry by a hard link to the same one in the first snapshot that has it.
 * @returns undefined where none has, or no link can be made: then it is to be copied
 */
export function* linkToSnapshot(
  context: WorkerContext,
  job: Job,
  target: Target,
): Steps<Finished | undefined> {
  for (const snapshot of context.snapshots) {
    const found = yield* findIn(context, snapshot, job);
    if (found === undefined) continue;
    context.mayMake();
    const isLinked = step('cannot be linked', () =>
      tryToLink(() => context.calls.link(found.place, job.name, target.place, target.name)),
    );
    if (!isLinked) continue;
    if (context.settings.fsync && kindOf(job.facts) === 'file')
      syncPath(native(target.path), constants.O_NOFOLLOW ?? 0);
    return {
      how: 'linked',
      bytes: 0,
      notKept: [],
      ...(found.digest !== undefined && { digest: found.digest }),
    };
  }
  return undefined;
}

/** Whether what is there is already a name of the same entry in a snapshot. */
export function* isLinkedToSnapshot(context: WorkerContext, job: Job, there: Facts): Steps<boolean> {
  for (const snapshot of context.snapshots) {
    const found = yield* findIn(context, snapshot, job);
    if (found !== undefined && sameInode(found.facts, there)) return true;
  }
  return false;
}

/**
 * The short way for a file in a folder of this copy's own making.
 * @returns whether it is linked
 */
export function linkAtOnce(context: WorkerContext, row: BatchRow): boolean {
  const { calls, settings } = context;
  if (settings.standing !== 'nothing' || settings.digests || settings.fsync || row.batch.again) return false;
  const { folder, facts, index } = row;
  const { names } = row.batch;
  try {
    // Both may look around: what is looked up is good until the next call.
    const { heldTimes, owners } = context;
    for (const snapshot of context.snapshots) {
      const place = snapshot.place(folder);
      const there = place && calls.lookInRow(place, names, index);
      if (place === undefined || there === undefined) continue;
      if (!isSameInSnapshot(facts, there, heldTimes, owners.newUid)) continue;
      if (!hasSameAttributes(context, folder, row.name, place)) continue;
      calls.linkRow(place, context.destination.place(folder), names, index);
      return true;
    }
  } catch {
    // Whatever it is, the long way meets with it as well.
  }
  return false;
}

interface Found {
  readonly place: FolderPlace;
  readonly facts: Facts;
  /** Of its content, where the run wants digests. */
  readonly digest?: string | undefined;
}

function* findIn(context: WorkerContext, snapshot: SnapshotFolders, job: Job): Steps<Found | undefined> {
  const found = lookIn(context, snapshot, job);
  if (found === undefined || !context.settings.digests || kindOf(job.facts) !== 'file') return found;
  // What --verify and --checksums vouch for is not believed by its time.
  const { isSame, digest } = yield* compareContent(context, job, { place: found.place, name: job.name });
  return isSame ? { ...found, digest } : undefined;
}

function lookIn(context: WorkerContext, snapshot: SnapshotFolders, job: Job): Found | undefined {
  const { folder, name, facts } = job;
  try {
    const place = snapshot.place(folder);
    const there = place && context.calls.factsIn(place, name);
    if (place === undefined || there === undefined) return undefined;
    if (!isSameInSnapshot(facts, there, context.heldTimes, context.owners.newUid)) return undefined;
    if (kindOf(facts) === 'link' && !hasSameText(context, job, place)) return undefined;
    return hasSameAttributes(context, folder, name, place) ? { place, facts: there } : undefined;
  } catch {
    // What cannot be looked at is not a failure: the source has it.
    return undefined;
  }
}

function hasSameText({ source }: WorkerContext, { folder, name }: Job, place: FolderPlace): boolean {
  const textAt = (path: string) => readlinkSync(native(path), { encoding: NAME_ENCODING });
  return textAt(source.at(folder) + name) === textAt(place.prefix + name);
}

function hasSameAttributes(
  context: WorkerContext,
  folder: Job['folder'],
  name: string,
  place: FolderPlace,
): boolean {
  const calls = context.settings.attributes ? platformCalls() : undefined;
  if (calls === undefined) return true;
  return withSourcePath(
    context,
    folder,
    name,
    path => compareAttributes(calls, path, place.prefix + name).length === 0,
  );
}

/** @returns false where the place takes no such link. @throws where something is there, or for another reason */
function tryToLink(link: () => void): boolean {
  try {
    link();
    return true;
  } catch (error) {
    if (isLinkRefusal(error)) return false;
    throw error;
  }
}
