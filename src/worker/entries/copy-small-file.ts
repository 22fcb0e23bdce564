import { constants } from 'node:fs';
import { allocatedAt, FACT, FACT_ROW, factsAt, kindOf } from '../../files/facts.js';
import { codeOf, failedStep } from '../../files/failure.js';
import { nameAt } from '../../files/name-column.js';
import type { EntryCalls } from '../../files/system/entry-calls.js';
import { type Batch, folderAt, type NotKept } from '../../protocol/messages.js';
import { lossOf } from '../../rules/not-kept.js';
import type { WorkerContext } from '../context/worker-context.js';
import { creationMode, giveMetadata, type OpenFiles } from '../metadata/metadata.js';
import type { Owners } from '../metadata/owner.js';
import { giveTimes } from '../metadata/times.js';
import { CREATE } from './copy-file.js';
import { removeIfThere } from './put-in-place.js';

/**
 * The short way for what most trees are made of: a file that fits into one call, in a folder of this copy's own
 * making, with nothing to wait for. It goes by what the listing saw, as it stands in the batch: one look at the end
 * tells whether that still holds, of what has been opened as well as of what has been read.
 * @returns what could not be kept; undefined where more than that has to be done, as for a file that would not hold
 *   still: nothing is left of it then, and it is the turn of `copyFile`
 * @throws what failed: that counts as a try, as it does with `copyFile`
 */
export function copySmallFile(
  context: WorkerContext,
  batch: Batch,
  row: number,
): readonly NotKept[] | undefined {
  const { facts } = batch;
  const at = row * FACT_ROW;
  const size = facts[at + FACT.size] ?? 0;
  if (!context.isPlain || batch.again || size >= context.chunks.size) return undefined;
  const isSparse = allocatedAt(facts, row) < size;
  if (isSparse || (size > 0 && context.mayBeCloned(batch, row))) return undefined;
  const source = open(context, batch, row);
  if (source === undefined) return undefined;
  try {
    return copyFrom(source, context, batch, row);
  } finally {
    context.calls.close(source);
  }
}

/** @returns undefined where somebody has a lease on it */
function open(context: WorkerContext, batch: Batch, row: number): number | undefined {
  const { calls, settings, untouched } = context;
  const place = context.source.place(folderAt(batch, row));
  const owner = batch.facts[row * FACT_ROW + FACT.uid] ?? 0;
  try {
    const openIt = (flags: number) => calls.openRow(place, batch.names, row, flags, 0);
    return untouched.open(openIt, owner, settings.dereference, false);
  } catch (error) {
    if (codeOf(error) === 'EAGAIN') return undefined;
    throw failedStep('cannot be opened', error);
  }
}

function copyFrom(
  source: number,
  context: WorkerContext,
  batch: Batch,
  row: number,
): readonly NotKept[] | undefined {
  const { calls, settings } = context;
  const { facts } = batch;
  const traits = context.traits(folderAt(batch, row));
  const hasAttributes = settings.attributes && calls.hasAttributes(source);
  const isDone =
    !hasAttributes &&
    !traits.handsDownAcl &&
    isDoneByCreating(facts, row, traits.owners, traits.handsDownGroup);
  const createdMode = isDone
    ? (facts[row * FACT_ROW + FACT.mode] ?? 0) & 0o777
    : creationMode(factsAt(facts, row), traits, hasAttributes);
  const target = create(context, batch, row, createdMode);
  if (target === undefined) return undefined;
  let notKept: readonly NotKept[] | undefined;
  try {
    const files = isDone ? undefined : { source, target, traits, hasAttributes, createdMode };
    let kept: readonly NotKept[] | undefined;
    try {
      kept = fill(context, batch, row, source, target, files);
    } finally {
      calls.close(target);
    }
    // Only now: where closing fails, content may not have arrived.
    notKept = kept;
  } finally {
    if (notKept === undefined) {
      removeIfThere(context.destination.at(folderAt(batch, row)) + nameAt(batch.names, row));
    }
  }
  return notKept;
}

/** Whether a new file has the right owner and mode at once. */
function isDoneByCreating(
  facts: Float64Array,
  row: number,
  owners: Owners,
  handsDownGroup: boolean,
): boolean {
  const at = row * FACT_ROW;
  const hasSpecialBits = ((facts[at + FACT.mode] ?? 0) & 0o7000) !== 0;
  return (
    !hasSpecialBits && owners.isRight(facts[at + FACT.uid] ?? 0, facts[at + FACT.gid] ?? 0, handsDownGroup)
  );
}

/** @returns undefined where something stands there: what it is, is found out by `copyFile` */
function create(context: WorkerContext, batch: Batch, row: number, mode: number): number | undefined {
  const place = context.destination.place(folderAt(batch, row));
  try {
    return context.calls.openRow(place, batch.names, row, CREATE | constants.O_WRONLY, mode);
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return undefined;
    throw failedStep('cannot be created', error);
  }
}

/**
 * @param files where the target has to be given more than its times
 * @returns undefined where the source did not hold still
 */
function fill(
  context: WorkerContext,
  batch: Batch,
  row: number,
  source: number,
  target: number,
  files: OpenFiles | undefined,
): readonly NotKept[] | undefined {
  const { calls, chunks, settings } = context;
  const { facts } = batch;
  const at = row * FACT_ROW;
  const size = facts[at + FACT.size] ?? 0;
  let doing = 'cannot be read';
  try {
    if (read(context, source, size) !== size) return undefined;
    doing = 'cannot be written';
    if (size > 0) chunks.write(target, 0, size);
    doing = 'cannot be read';
    if (!calls.isUnchanged(source, facts, row)) return undefined;
    doing = 'cannot be given its owner, mode or times';
    const notKept =
      files === undefined ? giveTimesAt(calls, target, facts, row) : giveMetadata(files, factsAt(facts, row));
    if (settings.strict && notKept[0] !== undefined) throw lossOf(notKept[0]);
    return notKept;
  } catch (error) {
    throw failedStep(doing, error);
  }
}

function giveTimesAt(
  calls: EntryCalls,
  target: number,
  facts: Float64Array,
  row: number,
): readonly NotKept[] {
  const at = row * FACT_ROW;
  const [atime, atimeNs] = [facts[at + FACT.atime] ?? 0, facts[at + FACT.atimeNs] ?? 0];
  const [mtime, mtimeNs] = [facts[at + FACT.mtime] ?? 0, facts[at + FACT.mtimeNs] ?? 0];
  const give = () => calls.setTimes(target, atime, atimeNs, mtime, mtimeNs);
  return giveTimes({ mtime }, give, () => calls.factsOf(target));
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
