import { closeSync, constants, fstatSync, ftruncateSync, openSync } from 'node:fs';
import { native } from '../common/byte-path.js';
import { type Facts, unchanged } from '../common/facts.js';
import { EntryError, step } from '../common/failure.js';
import type { Part } from '../common/messages.js';
import { copyRange } from './copy-content.js';
import { CREATE, finish } from './copy-file.js';
import type { Finished, Job } from './job.js';
import type { OpenFiles } from './metadata.js';
import { openSource } from './open-source.js';
import { platformCalls } from './platform-calls.js';
import { putInPlace, renameOver } from './put-in-place.js';
import type { WorkerContext } from './worker-context.js';

/**
 * The first job of a file that is copied by several workers: creates it, closed to others.
 * @returns `begun`, or the whole outcome where nothing is left to do: it stands there, or could be cloned
 */
export function beginLargeFile(context: WorkerContext, job: Job): Promise<Finished> {
  return putInPlace(context, job, async path => {
    const source = openSource(context, job);
    try {
      const target = step('cannot be created', () =>
        openSync(native(path), CREATE | constants.O_WRONLY, CREATED_MODE),
      );
      try {
        const files = openFiles(context, job, source, target);
        if (!context.clones.clone(files, job.facts, context.settings.reflink)) return begun;
        context.copiedBytes(Number(job.facts.size));
        return await end(context, files, job.facts, 'cloned');
      } finally {
        closeSync(target);
      }
    } finally {
      closeSync(source);
    }
  });
}

/** One stretch of it. That the source held still meanwhile is seen at the end. */
export function copyRangeOf(context: WorkerContext, job: Job): Promise<Finished> {
  const { start, end } = partOf(job);
  return withBoth(context, job, async ({ source, target }) => {
    const reached = await copyRange({ context, source, target, digest: undefined }, start, end, false);
    if (reached < end) throw changed();
    return { how: 'filled', bytes: 0, notKept: [] };
  });
}

/** The last job, when all ranges are there: metadata, and its own name. */
export async function endLargeFile(context: WorkerContext, job: Job): Promise<Finished> {
  const made = await withBoth(context, job, files => end(context, files, job.facts, 'streamed'));
  if (context.settings.standing === 'content') {
    const folder = context.destination.at(job.folder);
    renameOver(job, folder + job.temporaryName, folder + job.name);
  }
  context.touched(job.folder);
  return made;
}

const CREATED_MODE = 0o600;
const begun: Finished = { how: 'begun', bytes: 0, notKept: [] };

async function end(
  context: WorkerContext,
  files: OpenFiles,
  facts: Facts,
  how: 'cloned' | 'streamed',
): Promise<Finished> {
  const bytes = Number(facts.size);
  step('cannot be written', () => ftruncateSync(files.target, bytes));
  if (!unchanged(facts, fstatSync(files.source, { bigint: true }))) throw changed();
  return await finish(context, files, facts, { how, bytes }, []);
}

async function withBoth<T>(
  context: WorkerContext,
  job: Job,
  use: (files: OpenFiles) => Promise<T>,
): Promise<T> {
  const name = context.settings.standing === 'content' ? job.temporaryName : job.name;
  const path = native(context.destination.at(job.folder) + name);
  const source = openSource(context, job);
  try {
    const target = step('cannot be written', () =>
      openSync(path, constants.O_WRONLY | (constants.O_NOFOLLOW ?? 0)),
    );
    try {
      refuseForeign(target);
      return await use(openFiles(context, job, source, target));
    } finally {
      closeSync(target);
    }
  } finally {
    closeSync(source);
  }
}

/** What `begin` created has one name and is ours; anything else was put in its place and is not written to. */
function refuseForeign(target: number): void {
  const { nlink, uid } = fstatSync(target, { bigint: true });
  const isOurs = process.geteuid === undefined || uid === BigInt(process.geteuid());
  if (nlink !== 1n || !isOurs) throw new EntryError('EEXIST', 'something else was put in its place');
}

function openFiles(context: WorkerContext, job: Job, source: number, target: number): OpenFiles {
  const hasAttributes = context.settings.attributes && (platformCalls()?.hasAttributes(source) ?? false);
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
