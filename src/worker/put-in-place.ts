import { type BigIntStats, lstatSync, renameSync, rmdirSync, unlinkSync } from 'node:fs';
import { native } from '../common/byte-path.js';
import { kindOf } from '../common/facts.js';
import { codeOf, EntryError, step } from '../common/failure.js';
import { lossOf } from '../common/not-kept.js';
import { compareContent } from './compare-content.js';
import type { DestinationTraits } from './destination-traits.js';
import { isUpToDate } from './is-up-to-date.js';
import { type Finished, type Job, skipped } from './job.js';
import type { WorkerContext } from './worker-context.js';

/** Creates the new entry at `path`, exclusively: it fails where anything stands. */
export type Make = (path: string, traits: DestinationTraits) => Promise<Finished>;

/**
 * Lets `make` create an entry and brings it under the job's name, whole, as the options have it.
 *
 * In a folder of this copy's own making a name is used at once, and what an earlier run left unfinished goes.
 * In a destination that stood before, the entry is made under a temporary name and renamed over what stands
 * there. What stands is never opened for writing: it may be another name of a file elsewhere.
 */
export async function putInPlace(context: WorkerContext, job: Job, make: Make): Promise<Finished> {
  const folder = context.destination.at(job.folder);
  const place: Place = { context, job, make, folder, traits: context.traits(job.folder) };
  const made = await put(place);
  if (made.how !== 'skipped') context.touched(job.folder);
  return made;
}

interface Place {
  readonly context: WorkerContext;
  readonly job: Job;
  readonly make: Make;
  /** What to put before a name in the destination's folder. */
  readonly folder: string;
  readonly traits: DestinationTraits;
}

function put(place: Place): Promise<Finished> {
  switch (place.context.settings.standing) {
    case 'nothing':
      return putWhereFree(place);
    case 'earlier':
      return goOn(place);
    case 'content':
      return putOver(place);
    default:
      return place.context.settings.standing satisfies never;
  }
}

async function putWhereFree(place: Place): Promise<Finished> {
  const path = place.folder + place.job.name;
  if (place.job.again) removeIfThere(path);
  try {
    return await makeWhole(place, path);
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
    throw new EntryError('NAME_COLLISION', 'the destination takes its name for that of another entry');
  }
}

async function goOn(place: Place): Promise<Finished> {
  const { context, job, folder } = place;
  const path = folder + job.name;
  const standing = standingAt(path);
  if (standing !== undefined) {
    const finished = await finishedEarlier(context, job, path, standing);
    if (finished !== undefined) return finished;
    if (kindOf(standing) === 'folder') rmdirSync(native(path));
    else unlinkSync(native(path));
  }
  return await makeWhole(place, path);
}

/** @returns undefined where it has to be made again */
async function finishedEarlier(
  context: WorkerContext,
  job: Job,
  path: string,
  standing: BigIntStats,
): Promise<Finished | undefined> {
  const { trust } = context.settings;
  // What has one name in the source and several in the copy is linked to something else.
  const isLinkedAmiss = job.kind !== 'hardLink' && job.facts.nlink === 1n && standing.nlink > 1n;
  if (trust === 'nothing' || isLinkedAmiss || !isUpToDate(context, job, standing)) return undefined;
  return trust === 'time' || job.kind !== 'file' ? skipped : await skippedIfSame(context, job, path);
}

async function skippedIfSame(context: WorkerContext, job: Job, path: string): Promise<Finished | undefined> {
  const { isSame, digest } = await compareContent(context, job, path);
  if (!isSame) return undefined;
  return digest === undefined ? skipped : { ...skipped, digest };
}

async function putOver(place: Place): Promise<Finished> {
  const { context, job, folder } = place;
  const path = folder + job.name;
  const standing = standingAt(path);
  if (standing !== undefined && mayStay(context, job, standing)) {
    const { ifExists, digests } = context.settings;
    // What --verify and --checksums vouch for is not believed by its time.
    const isCompared = ifExists === 'update' && digests && job.kind === 'file';
    const kept = isCompared ? await skippedIfSame(context, job, path) : skipped;
    if (kept !== undefined) return kept;
  }
  const temporaryPath = folder + job.temporaryName;
  if (job.again) removeIfThere(temporaryPath);
  const made = await makeWhole(place, temporaryPath);
  if (made.how !== 'begun') renameOver(job, temporaryPath, path, standing);
  return made;
}

/** Brings what was made under a temporary name to its own, whatever stands there. */
export function renameOver(job: Job, temporaryPath: string, path: string, standing = standingAt(path)): void {
  try {
    if (standing !== undefined && kindOf(standing) === 'folder') rmdirSync(native(path));
    renameSync(native(temporaryPath), native(path));
  } catch (error) {
    removeIfThere(temporaryPath);
    step('cannot be put in place', () => {
      throw error;
    });
  }
  // Renaming one name of a file over another name of the same file does nothing at all.
  if (job.kind === 'hardLink') removeIfThere(temporaryPath);
}

/** @throws {EntryError} EEXIST where what stands there has to be reported */
function mayStay(context: WorkerContext, job: Job, standing: BigIntStats): boolean {
  switch (context.settings.ifExists) {
    case 'overwrite':
      return false;
    case 'update':
      return isUpToDate(context, job, standing);
    case 'skip':
      return true;
    case 'error':
      throw new EntryError('EEXIST', 'it stands in the destination already');
    default:
      return context.settings.ifExists satisfies never;
  }
}

/** What `make` leaves unfinished is removed. */
async function makeWhole({ context, make, traits }: Place, path: string): Promise<Finished> {
  try {
    const made = await make(path, traits);
    if (context.settings.strict && made.notKept[0] !== undefined) throw lossOf(made.notKept[0]);
    return made;
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') removeIfThere(path);
    throw error;
  }
}

function standingAt(path: string): BigIntStats | undefined {
  return lstatSync(native(path), { bigint: true, throwIfNoEntry: false });
}

function removeIfThere(path: string): void {
  try {
    unlinkSync(native(path));
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
  }
}
