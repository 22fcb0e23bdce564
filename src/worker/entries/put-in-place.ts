import { readdirSync, renameSync, rmdirSync, unlinkSync } from 'node:fs';
import { join, native } from '../../files/byte-path.js';
import { type Facts, kindOf, sameInode } from '../../files/facts.js';
import { codeOf, step } from '../../files/failure.js';
import { unlinkIfThere } from '../../files/system/path-calls.js';
import type { JobKind } from '../../protocol/messages.js';
import { lookAt } from '../../rules/is-up-to-date.js';
import { notKeptError } from '../../rules/not-kept.js';
import { hasSameRights } from '../../rules/same-rights.js';
import { decideEntry, filledFolderInTheWay, nameCollision } from '../../rules/stands-there.js';
import type { Steps } from '../content/steps.js';
import { type Finished, type Job, skipped } from '../context/job.js';
import { Stopped } from '../context/stopped.js';
import type { WorkerContext } from '../context/worker-context.js';
import { adjustEntry } from './adjust-entry.js';
import { compareContent } from './compare-content.js';
import { isLinkedToSnapshot, linkToSnapshot } from './link-to-snapshot.js';
import { finishedBefore, growsAside, makeFirst } from './put-in-fleet.js';
import { type Make, Target } from './target.js';

/**
 * Lets `make` create an entry and brings it under the job's name, whole, as the options have it.
 *
 * In a folder of this copy's own making a name is used at once, and what an earlier run left unfinished goes. In a
 * destination that existed before, the entry is made under a temporary name and renamed over what is there. What is
 * there is never opened for writing: it may be another name of a file elsewhere.
 */
export function* putInPlace(context: WorkerContext, job: Job, make: Make): Steps<Finished> {
  const target = targetOf(context, job);
  const isLinkable = context.snapshots.length > 0 && LINKABLE.has(job.kind);
  const makeOrLink = isLinkable ? linkOr(make) : make;
  const made = yield* WAYS[context.settings.standing](context, job, makeOrLink, target);
  if (made.how !== 'skipped') context.touched(job.folder);
  return made;
}

/** What may become a link to what a snapshot has. */
const LINKABLE: ReadonlySet<JobKind> = new Set(['file', 'begin', 'link']);

function linkOr(make: Make): Make {
  return function* (context, job, target) {
    return (yield* linkToSnapshot(context, job, target)) ?? (yield* make(context, job, target));
  };
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
  if (context.settings.fleet !== undefined) return yield* putInFleet(context, job, make, target);
  if (job.again) unlinkIfThere(native(target.path));
  try {
    return yield* makeWhole(context, job, make, target);
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
    throw nameCollision();
  }
}

function* goOn(context: WorkerContext, job: Job, make: Make, target: Target): Steps<Finished> {
  const there = target.look();
  const kept = yield* keptIfDone(context, job, target, there);
  if (kept !== undefined) return kept;
  if (there !== undefined && (yield* isLinkedToSnapshot(context, job, there))) return skipped;
  if (context.settings.fleet !== undefined) return yield* putInFleet(context, job, make, target, there);
  if (there !== undefined) removeEntry(target.path, there);
  return yield* makeWhole(context, job, make, target);
}

function* putOver(context: WorkerContext, job: Job, make: Make, target: Target): Steps<Finished> {
  const there = target.look();
  const before = there && finishedBefore(context, job, there);
  const kept = before ?? (yield* keptIfDone(context, job, target, there));
  if (kept !== undefined) return kept;
  return yield* makeAside(context, job, make, target, there);
}

/** In a fleet, in a folder of this copy's own making: nothing is removed under the entry's own name. */
function* putInFleet(
  context: WorkerContext,
  job: Job,
  make: Make,
  target: Target,
  there = job.again ? target.look() : undefined,
): Steps<Finished> {
  const before = there && finishedBefore(context, job, there);
  if (before !== undefined) return before;
  if (there === undefined && !growsAside(context.settings, job))
    return yield* makeFirst(context, job, make, target);
  return yield* makeAside(context, job, make, target, there);
}

/** Under a temporary name, which it then gives up for its own. */
function* makeAside(
  context: WorkerContext,
  job: Job,
  make: Make,
  target: Target,
  there: Facts | undefined,
): Steps<Finished> {
  const temporary = target.named(job.temporaryName);
  if (job.again) unlinkIfThere(native(temporary.path));
  const made = yield* makeWhole(context, job, make, temporary);
  if (made.how === 'begun') return made;
  renameOver(context, job, target, there);
  return made;
}

/** @returns undefined where it has to be made */
function* keptIfDone(
  context: WorkerContext,
  job: Job,
  target: Target,
  there: Facts | undefined,
): Steps<Finished | undefined> {
  const decision = decideEntry(job, there, context.settings, lookAt(context, job));
  if (there === undefined || decision === 'make' || decision === 'replace') return undefined;
  if (decision === 'skip') return skipped;
  if (decision === 'adjust') return adjustEntry(context, job, target, there);
  const { isSame, digest } = yield* compareContent(context, job, target);
  if (!isSame) return undefined;
  const isRight = context.settings.standing !== 'content' || hasSameRights(job.facts, there);
  const kept = isRight ? skipped : adjustEntry(context, job, target, there);
  return kept && digest !== undefined ? { ...kept, digest } : kept;
}

/** Brings what was made under a temporary name to its own, whatever is there. */
export function renameOver(context: WorkerContext, job: Job, target: Target, there = target.look()): void {
  const temporary = target.named(job.temporaryName);
  const temporaryPath = temporary.path;
  try {
    context.mayMake();
    if (there !== undefined && isSameFile(context, job, temporary, there)) {
      // Renaming one name of a file over another name of the same file does nothing at all.
      unlinkIfThere(native(temporaryPath));
      return;
    }
    if (there !== undefined) keepWhatStands(context, job, target, there);
    if (there !== undefined && kindOf(there) === 'folder') removeEntry(target.path, there);
    renameSync(native(temporaryPath), native(target.path));
  } catch (error) {
    unlinkIfThere(native(temporaryPath));
    if (error instanceof Stopped) throw error;
    step('cannot be put in place', () => {
      throw error;
    });
  }
}

/** What was made by a link may be what is there. */
function isSameFile({ snapshots }: WorkerContext, { kind }: Job, temporary: Target, there: Facts): boolean {
  if (kind !== 'hardLink' && snapshots.length === 0) return false;
  const made = temporary.look();
  return made !== undefined && sameInode(there, made);
}

/** A folder only if it is empty: else it stays. */
function keepWhatStands(
  { backup, destination }: WorkerContext,
  { folder, name }: Job,
  target: Target,
  there: Facts,
): void {
  if (backup === undefined) return;
  if (kindOf(there) !== 'folder') backup.keep(folder, name);
  else if (readdirSync(native(target.path)).length === 0) {
    const path = join(folder, name);
    backup.keepFolder(path, there);
    destination.forget(path);
  }
}

/** What `make` leaves unfinished is removed. */
function* makeWhole(context: WorkerContext, job: Job, make: Make, target: Target): Steps<Finished> {
  try {
    const made = yield* make(context, job, target);
    if (context.settings.strict && made.notKept[0] !== undefined) throw notKeptError(made.notKept[0]);
    return made;
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') unlinkIfThere(native(target.path));
    throw error;
  }
}

/** @param there its facts */
function removeEntry(path: string, there: Facts): void {
  if (kindOf(there) !== 'folder') {
    unlinkSync(native(path));
    return;
  }
  try {
    rmdirSync(native(path));
  } catch (error) {
    throw codeOf(error) === 'ENOTEMPTY' ? filledFolderInTheWay() : error;
  }
}
