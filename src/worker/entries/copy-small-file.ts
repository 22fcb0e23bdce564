import { constants } from 'node:fs';
import { native } from '../../files/byte-path.js';
import { type Facts, isSparse, kindOf, unchanged } from '../../files/facts.js';
import { codeOf, failedStep } from '../../files/failure.js';
import { unlinkIfThere } from '../../files/system/path-calls.js';
import type { BatchRow } from '../../protocol/batch-row.js';
import type { NotKept } from '../../protocol/messages.js';
import { notKeptError } from '../../rules/not-kept.js';
import type { WorkerContext } from '../context/worker-context.js';
import { creationMode, giveMetadata, type OpenFiles } from '../metadata/metadata.js';
import { CREATE } from './copy-file.js';

/**
 * The short way for what most trees are made of: a file that fits into one call, in a folder of this copy's own
 * making, an earlier run's or this one's, with nothing to wait for. It goes by what the listing saw, as it stands in
 * the batch: one look at the end tells whether that still holds, of what has been opened as well as of what has been
 * read.
 * @returns what could not be kept; undefined where more than that has to be done, as for a file that would not hold
 *   still: nothing is left of it then, and it is the turn of `copyFile`
 * @throws what failed: that counts as a try, as it does with `copyFile`
 */
export function copySmallFile(context: WorkerContext, row: BatchRow): readonly NotKept[] | undefined {
  if (!context.mayTakeShortWay || !isPlainFile(context, row) || row.facts.size >= context.chunks.size)
    return undefined;
  const source = open(context, row);
  if (source === undefined) return undefined;
  try {
    return copyFrom(source, context, row);
  } finally {
    context.calls.close(source);
  }
}

/** Whether it is but content and metadata, if it is small enough. */
export function isPlainFile(context: WorkerContext, row: BatchRow): boolean {
  const { batch, facts } = row;
  if (batch.again || isSparse(facts)) return false;
  return facts.size === 0 || !context.mayBeCloned(row);
}

/** @returns undefined where somebody has a lease on it */
function open({ calls, settings, source, untouched }: WorkerContext, row: BatchRow): number | undefined {
  const place = source.place(row.folder);
  try {
    const openIt = (flags: number) => calls.openRow(place, row.batch.names, row.index, flags, 0);
    return untouched.open(openIt, row.facts.uid, settings.dereference);
  } catch (error) {
    if (codeOf(error) === 'EAGAIN') return undefined;
    throw failedStep('cannot be opened', error);
  }
}

function copyFrom(source: number, context: WorkerContext, row: BatchRow): readonly NotKept[] | undefined {
  const { calls, settings } = context;
  const { folder, facts } = row;
  const traits = context.traits(folder);
  const hasAttributes = settings.attributes && calls.hasAttributes(source);
  const createdMode = creationMode(facts, traits, hasAttributes);
  const target = create(context, row, createdMode);
  if (target === undefined) return undefined;
  let notKept: readonly NotKept[] | undefined;
  try {
    let kept: readonly NotKept[] | undefined;
    try {
      kept = fill(context, facts, { source, target, traits, hasAttributes, createdMode });
    } finally {
      calls.close(target);
    }
    // Only now: where closing fails, content may not have arrived.
    notKept = kept;
  } finally {
    if (notKept === undefined) unlinkIfThere(native(context.destination.at(folder) + row.name));
  }
  return notKept;
}

/** @returns undefined where something is there: `copyFile` finds out what it is */
function create({ calls, destination }: WorkerContext, row: BatchRow, mode: number): number | undefined {
  const place = destination.place(row.folder);
  try {
    return calls.openRow(place, row.batch.names, row.index, CREATE | constants.O_WRONLY, mode);
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return undefined;
    throw failedStep('cannot be created', error);
  }
}

/** @returns undefined where the source did not hold still */
function fill(context: WorkerContext, facts: Facts, files: OpenFiles): readonly NotKept[] | undefined {
  const { calls, chunks, settings } = context;
  const { source, target } = files;
  const { size } = facts;
  let doing = 'cannot be read';
  try {
    if (read(context, source, size) !== size) return undefined;
    doing = 'cannot be written';
    if (size > 0) chunks.write(target, 0, size);
    doing = 'cannot be read';
    if (!unchanged(facts, calls.lookAt(source))) return undefined;
    doing = 'cannot be given its owner, mode or times';
    const notKept = giveMetadata(files, facts);
    if (settings.strict && notKept[0] !== undefined) throw notKeptError(notKept[0]);
    return notKept;
  } catch (error) {
    throw failedStep(doing, error);
  }
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
    if (kindOf(calls.lookAt(source)) !== 'file') return undefined;
    throw error;
  }
}
