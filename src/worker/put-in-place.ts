import { type BigIntStats, lstatSync, renameSync, rmdirSync, unlinkSync } from 'node:fs';
import { native } from '../common/byte-path.js';
import { kindOf } from '../common/facts.js';
import { codeOf, EntryError, step } from '../common/failure.js';
import { lossOf } from '../common/not-kept.js';
import type { DestinationTraits } from './destination-traits.js';
import { isUpToDate } from './is-up-to-date.js';
import { type Finished, type Job, skipped } from './job.js';
import type { WorkerContext } from './worker-context.js';

/** Creates the new entry at `path`, exclusively: it fails where anything stands. */
export type Make = (path: string, traits: DestinationTraits) => Promise<Finished>;

/**
 * Lets `make` create an entry and brings it under the job's name, whole, as the options have it.
 *
 * In a destination of this run's own making the name is free and is used at once. In one that stood before,
 * the entry is made under a temporary name and renamed over what stands there, which is never opened.
 */
export function putInPlace(context: WorkerContext, job: Job, make: Make): Promise<Finished> {
  const folder = context.destination.at(job.folder);
  const place: Place = { context, job, make, folder, traits: context.traits(job.folder) };
  return context.settings.fresh ? putWhereFree(place) : putOver(place);
}

interface Place {
  readonly context: WorkerContext;
  readonly job: Job;
  readonly make: Make;
  /** What to put before a name in the destination's folder. */
  readonly folder: string;
  readonly traits: DestinationTraits;
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

async function putOver(place: Place): Promise<Finished> {
  const { context, job, folder } = place;
  const path = folder + job.name;
  const standing = standingAt(path);
  if (standing !== undefined && mayStay(context, job, path, standing)) return skipped;
  const temporaryPath = folder + job.temporaryName;
  if (job.again) removeIfThere(temporaryPath);
  const made = await makeWhole(place, temporaryPath);
  try {
    if (standing !== undefined && kindOf(standing) === 'folder') rmdirSync(native(path));
    renameSync(native(temporaryPath), native(path));
  } catch (error) {
    removeIfThere(temporaryPath);
    return step('cannot be put in place', () => {
      throw error;
    });
  }
  // Renaming one name of a file over another name of the same file does nothing at all.
  if (job.kind === 'hardLink') removeIfThere(temporaryPath);
  return made;
}

/** @throws {EntryError} EEXIST where what stands there has to be reported */
function mayStay(context: WorkerContext, job: Job, path: string, standing: BigIntStats): boolean {
  switch (context.settings.ifExists) {
    case 'overwrite':
      return false;
    case 'update':
      return isUpToDate(context, job, path, standing);
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
