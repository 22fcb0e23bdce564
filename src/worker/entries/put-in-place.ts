import { renameSync, rmdirSync, unlinkSync } from 'node:fs';
import { native } from '../../files/byte-path.js';
import { type Facts, kindOf } from '../../files/facts.js';
import { codeOf, EntryError, step } from '../../files/failure.js';
import { entryCalls } from '../../files/system/choose-calls.js';
import { isUpToDate } from '../../rules/is-up-to-date.js';
import { lossOf } from '../../rules/not-kept.js';
import type { Steps } from '../content/steps.js';
import { type Finished, type Job, skipped } from '../context/job.js';
import type { WorkerContext } from '../context/worker-context.js';
import { compareContent } from './compare-content.js';
import { Target } from './target.js';

/** Creates the new entry at its target, exclusively: it fails where anything stands. */
export type Make = (context: WorkerContext, job: Job, target: Target) => Steps<Finished>;

/**
 * Lets `make` create an entry and brings it under the job's name, whole, as the options have it.
 *
 * In a folder of this copy's own making a name is used at once, and what an earlier run left unfinished goes.
 * In a destination that stood before, the entry is made under a temporary name and renamed over what stands
 * there. What stands is never opened for writing: it may be another name of a file elsewhere.
 */
export function* putInPlace(context: WorkerContext, job: Job, make: Make): Steps<Finished> {
  const target = targetOf(context, job);
  const made = yield* WAYS[context.settings.standing](context, job, make, target);
  if (made.how !== 'skipped') context.touched(job.folder);
  return made;
}

/** An entry's place under its own name. */
export function targetOf(context: WorkerContext, { folder, name }: Job): Target {
  return new Target(context.destination, folder, name, context.traits(folder));
}

type Way = (context: WorkerContext, job: Job, make: Make, target: Target) => Steps<Finished>;

const WAYS: Readonly<Record<WorkerContext['settings']['standing'], Way>> = {
  nothing: putWhereFree,
  earlier: goOn,
  content: putOver,
};

function* putWhereFree(context: WorkerContext, job: Job, make: Make, target: Target): Steps<Finished> {
  if (job.again) removeIfThere(target.path);
  try {
    return yield* makeWhole(context, job, make, target);
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
    throw new EntryError('NAME_COLLISION', 'the destination takes its name for that of another entry');
  }
}

function* goOn(context: WorkerContext, job: Job, make: Make, target: Target): Steps<Finished> {
  const standing = standingAt(target);
  if (standing !== undefined) {
    const finished = yield* finishedEarlier(context, job, target, standing);
    if (finished !== undefined) return finished;
    if (kindOf(standing) === 'folder') rmdirSync(native(target.path));
    else unlinkSync(native(target.path));
  }
  return yield* makeWhole(context, job, make, target);
}

/** @returns undefined where it has to be made again */
function* finishedEarlier(
  context: WorkerContext,
  job: Job,
  target: Target,
  standing: Facts,
): Steps<Finished | undefined> {
  const { trust } = context.settings;
  // What has one name in the source and several in the copy is linked to something else.
  const isLinkedAmiss = job.kind !== 'hardLink' && job.facts.nlink === 1 && standing.nlink > 1;
  if (trust === 'nothing' || isLinkedAmiss || !isUpToDate(context, job, standing)) return undefined;
  return trust === 'time' || job.kind !== 'file' ? skipped : yield* skippedIfSame(context, job, target);
}

function* skippedIfSame(context: WorkerContext, job: Job, target: Target): Steps<Finished | undefined> {
  const { isSame, digest } = yield* compareContent(context, job, target);
  if (!isSame) return undefined;
  return digest === undefined ? skipped : { ...skipped, digest };
}

function* putOver(context: WorkerContext, job: Job, make: Make, target: Target): Steps<Finished> {
  const standing = standingAt(target);
  if (standing !== undefined && mayStay(context, job, standing)) {
    const { ifExists, digests } = context.settings;
    // What --verify and --checksums vouch for is not believed by its time.
    const isCompared = ifExists === 'update' && digests && job.kind === 'file';
    const kept = isCompared ? yield* skippedIfSame(context, job, target) : skipped;
    if (kept !== undefined) return kept;
  }
  const temporary = target.named(job.temporaryName);
  if (job.again) removeIfThere(temporary.path);
  const made = yield* makeWhole(context, job, make, temporary);
  if (made.how !== 'begun') renameOver(job, target, standing);
  return made;
}

/** Brings what was made under a temporary name to its own, whatever stands there. */
export function renameOver(job: Job, target: Target, standing = standingAt(target)): void {
  const path = native(target.path);
  const temporaryPath = target.named(job.temporaryName).path;
  try {
    if (standing !== undefined && kindOf(standing) === 'folder') rmdirSync(path);
    renameSync(native(temporaryPath), path);
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
function mayStay(context: WorkerContext, job: Job, standing: Facts): boolean {
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
function* makeWhole(context: WorkerContext, job: Job, make: Make, target: Target): Steps<Finished> {
  try {
    const made = yield* make(context, job, target);
    if (context.settings.strict && made.notKept[0] !== undefined) throw lossOf(made.notKept[0]);
    return made;
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') removeIfThere(target.path);
    throw error;
  }
}

function standingAt({ place, name }: Target): Facts | undefined {
  return entryCalls().factsIn(place, name, false);
}

export function removeIfThere(path: string): void {
  try {
    unlinkSync(native(path));
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
  }
}
