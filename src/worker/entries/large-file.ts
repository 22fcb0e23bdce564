import { constants, fdatasyncSync, ftruncateSync } from 'node:fs';
import { type Facts, unchanged } from '../../files/facts.js';
import { EntryError, step } from '../../files/failure.js';
import type { Part } from '../../protocol/messages.js';
import { isUpToDate } from '../../rules/is-up-to-date.js';
import { copyRange } from '../content/copy-content.js';
import type { Steps } from '../content/steps.js';
import type { Finished, Job } from '../context/job.js';
import type { WorkerContext } from '../context/worker-context.js';
import type { OpenFiles } from '../metadata/metadata.js';
import { CREATE, finish } from './copy-file.js';
import { openSource } from './open-source.js';
import { growsAside } from './put-in-fleet.js';
import { putInPlace, renameOver, targetOf } from './put-in-place.js';
import type { Target } from './target.js';

/**
 * The first job of a file that is copied in ranges: creates it, closed to others.
 * @returns `begun`, or the whole outcome where nothing is left to do: it is there, or could be cloned
 */
export function beginLargeFile(context: WorkerContext, job: Job): Steps<Finished> {
  return putInPlace(context, job, begin);
}

function* begin(context: WorkerContext, job: Job, { place, name }: Target): Steps<Finished> {
  const { calls, clones, settings } = context;
  const { descriptor: source } = openSource(context, job);
  try {
    const flags = CREATE | constants.O_WRONLY;
    context.mayMake();
    const target = step('cannot be created', () => calls.open(place, name, flags, CREATED_MODE));
    try {
      const files = openFiles(context, job, source, target);
      if (!clones.clone(files, job.facts, settings.reflink)) return begun;
      context.copied(job.facts.size);
      return yield* end(context, files, job.facts, 'cloned');
    } finally {
      calls.close(target);
    }
  } finally {
    calls.close(source);
  }
}

/** One range of it. That the source held still meanwhile is seen at the end. */
export function copyRangeOf(context: WorkerContext, job: Job): Steps<Finished> {
  return withBoth(context, job, function* ({ source, target }) {
    const { start, end } = partOf(job);
    const sinceMs = performance.now();
    const reached = yield* copyRange(
      { pace: context, source, target, digest: undefined },
      start,
      end,
      'inner',
    );
    if (reached < end) throw changed();
    // Another machine ends the file.
    if (context.settings.fleet !== undefined)
      step('cannot be written to the disk', () => fdatasyncSync(target));
    return { how: 'filled', bytes: 0, notKept: [], tookMs: performance.now() - sinceMs };
  });
}

/** The last job, when all ranges are there: metadata, and its own name. */
export function* endLargeFile(context: WorkerContext, job: Job): Steps<Finished> {
  if (job.again && isEnded(context, job)) return { how: 'streamed', bytes: job.facts.size, notKept: [] };
  const made = yield* withBoth(context, job, files => end(context, files, job.facts, 'streamed'));
  if (growsAside(context.settings, job)) renameOver(context, job, targetOf(context, job));
  context.touched(job.folder);
  return made;
}

/** A worker can be lost after it has ended it and before it has reported that. */
function isEnded(context: WorkerContext, job: Job): boolean {
  const { calls, destination, settings } = context;
  const place = destination.place(job.folder);
  const isUnderWay = growsAside(settings, job) && calls.factsIn(place, job.temporaryName) !== undefined;
  const there = isUnderWay ? undefined : calls.factsIn(place, job.name);
  return there !== undefined && isUpToDate(context, job, there);
}

const CREATED_MODE = 0o600;
const begun: Finished = { how: 'begun', bytes: 0, notKept: [] };

function* end(
  context: WorkerContext,
  files: OpenFiles,
  facts: Facts,
  how: 'cloned' | 'streamed',
): Steps<Finished> {
  step('cannot be written', () => ftruncateSync(files.target, facts.size));
  if (!unchanged(facts, context.calls.factsOf(files.source))) throw changed();
  return yield* finish(context, files, facts, { how, bytes: facts.size }, []);
}

function* withBoth(
  context: WorkerContext,
  job: Job,
  use: (files: OpenFiles) => Steps<Finished>,
): Steps<Finished> {
  const { calls, destination, settings } = context;
  const place = destination.place(job.folder);
  const name = growsAside(settings, job) ? job.temporaryName : job.name;
  const { descriptor: source } = openSource(context, job);
  try {
    const flags = constants.O_WRONLY | (constants.O_NOFOLLOW ?? 0);
    const target = step('cannot be written', () => calls.open(place, name, flags, 0));
    try {
      refuseForeign(context, job, calls.factsOf(target));
      return yield* use(openFiles(context, job, source, target));
    } finally {
      calls.close(target);
    }
  } finally {
    calls.close(source);
  }
}

/**
 * What `begin` created has one name and is ours, or the source's owner's already where it is ended once more; anything
 * else was put in its place and is not written to.
 */
function refuseForeign({ owners }: WorkerContext, job: Job, { nlink, uid }: Facts): void {
  const isOurs = owners.isOfNew(uid) || uid === job.facts.uid;
  if (nlink !== 1 || !isOurs) throw new EntryError('EEXIST', 'something else has taken its place');
}

function openFiles(context: WorkerContext, job: Job, source: number, target: number): OpenFiles {
  const hasAttributes = context.settings.attributes && context.calls.hasAttributes(source);
  const traits = context.traits(job.folder);
  return { source, target, traits, hasAttributes, createdMode: CREATED_MODE };
}

function partOf({ part }: Job): Part {
  if (part === undefined) throw new TypeError('a range was sent without its borders');
  return part;
}

function changed(): EntryError {
  return new EntryError('CHANGED', 'it changed while it was read');
}
