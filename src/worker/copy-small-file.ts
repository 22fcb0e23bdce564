import { constants } from 'node:fs';
import { type Facts, isSparse, kindOf, unchanged } from '../common/facts.js';
import { codeOf, step } from '../common/failure.js';
import { lossOf } from '../common/not-kept.js';
import type { FolderPlace } from '../common/system/entry-calls.js';
import { CREATE } from './copy-file.js';
import type { Finished, Job } from './job.js';
import { creationMode, giveMetadata, type OpenFiles } from './metadata.js';
import { openUntouched } from './open-untouched.js';
import { removeIfThere } from './put-in-place.js';
import type { WorkerContext } from './worker-context.js';

/**
 * The short way for what most trees are made of: a file that fits into one call, in a folder of this copy's own
 * making, with nothing to wait for. It goes by what the listing saw: one look at the end tells whether that still
 * holds, of what has been opened as well as of what has been read.
 * @returns undefined where more than that has to be done, as for a file that would not hold still: nothing is
 *   left of it then, and it is the turn of `copyFile`
 * @throws what failed: that counts as a try, as it does with `copyFile`
 */
export function copySmallFile(context: WorkerContext, job: Job): Finished | undefined {
  if (!context.isPlain || job.again || job.facts.size >= context.chunks.size) return undefined;
  if (isSparse(job.facts)) return undefined;
  const { calls, settings } = context;
  const place = context.source.place(job.folder);
  const source = step('cannot be opened', () =>
    openUntouched(place, job.name, job.facts.uid, settings.dereference),
  );
  try {
    return make(context, job, source, job.facts);
  } finally {
    calls.close(source);
  }
}

function make(context: WorkerContext, job: Job, source: number, facts: Facts): Finished | undefined {
  const { calls, clones, settings } = context;
  const traits = context.traits(job.folder);
  if (settings.reflink !== 'never' && facts.size > 0 && !clones.isImpossible(facts, traits.folder)) {
    return undefined;
  }
  const hasAttributes = settings.attributes && calls.hasAttributes(source);
  const createdMode = creationMode(facts, traits, hasAttributes);
  const place = context.destination.place(job.folder);
  const target = create(context, place, job.name, createdMode);
  if (target === undefined) return undefined;
  let finished: Finished | undefined;
  try {
    finished = fillAndClose(context, { source, target, traits, hasAttributes, createdMode }, facts);
  } finally {
    if (finished === undefined) removeIfThere(place.prefix + job.name);
  }
  if (finished !== undefined) context.copiedBytes(finished.bytes);
  return finished;
}

/** @returns undefined where something stands there: what it is, is found out by `copyFile` */
function create(context: WorkerContext, place: FolderPlace, name: string, mode: number): number | undefined {
  try {
    return context.calls.open(place, name, CREATE | constants.O_WRONLY, mode);
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return undefined;
    return step('cannot be created', () => {
      throw error;
    });
  }
}

/** @returns undefined where the source did not hold still */
function fillAndClose(context: WorkerContext, files: OpenFiles, facts: Facts): Finished | undefined {
  const { calls } = context;
  try {
    return fill(context, files, facts);
  } finally {
    calls.close(files.target);
  }
}

function fill(context: WorkerContext, files: OpenFiles, facts: Facts): Finished | undefined {
  const { calls, chunks, settings } = context;
  const { source, target } = files;
  const bytes = step('cannot be read', () => read(context, source, facts.size));
  if (bytes !== facts.size) return undefined;
  if (bytes > 0) step('cannot be written', () => chunks.write(target, 0, bytes));
  if (!unchanged(facts, calls.factsOf(source))) return undefined;
  const notKept = step('cannot be given its owner, mode or times', () => giveMetadata(files, facts));
  if (settings.strict && notKept[0] !== undefined) throw lossOf(notKept[0]);
  return { how: 'streamed', bytes, notKept };
}

/**
 * One byte more than its size is asked for: a call that brings less has seen the end. A FIFO that has taken the
 * file's place loses nothing by it, as it cannot be read at a position.
 * @returns the bytes read; undefined where it is no file any more
 */
function read({ calls, chunks }: WorkerContext, source: number, size: number): number | undefined {
  try {
    return chunks.read(source, 0, size + 1);
  } catch (error) {
    if (kindOf(calls.factsOf(source)) !== 'file') return undefined;
    throw error;
  }
}
