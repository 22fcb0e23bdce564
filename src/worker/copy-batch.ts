import { join, ROOT } from '../files/byte-path.js';
import { copyOf } from '../files/facts.js';
import { failureOf, lacksDescriptors } from '../files/failure.js';
import type { Queue } from '../multiprocessing/index.js';
import { BatchRow } from '../protocol/batch-row.js';
import type { DeletionLook, FoundDeletions } from '../protocol/deletions.js';
import type { Batch, BatchEnd, WorkerReport, WorkerSettings } from '../protocol/messages.js';
import type { FolderReading, FolderRequest } from '../protocol/readings.js';
import { type Steps, walk } from './content/steps.js';
import { type Finished, Job, postponed } from './context/job.js';
import { Stopped } from './context/stopped.js';
import { WorkerContext } from './context/worker-context.js';
import { compareEntry } from './entries/compare-entry.js';
import { copyFile } from './entries/copy-file.js';
import { copyLink } from './entries/copy-link.js';
import { copySmallFile } from './entries/copy-small-file.js';
import { beginLargeFile, copyRangeOf, endLargeFile } from './entries/large-file.js';
import { linkAtOnce } from './entries/link-to-snapshot.js';
import { makeFifo } from './entries/make-fifo.js';
import { makeHardLink } from './entries/make-hard-link.js';
import { remove } from './entries/remove.js';
import { findDeletionsIn } from './folders/find-deletions.js';
import { finishFolder } from './folders/finish-folder.js';
import { readFolders } from './folders/read-folders.js';
import { FilesAhead } from './side-by-side/files-ahead.js';
import { mayLinkWaiting } from './side-by-side/link-waiting.js';

/** What the pool has a worker do: prepare itself once, and then one batch after the other. */
export type WorkerTasks = ReturnType<typeof workerTasks>;

/** @param stop once it is aborted, the worker goes on with nothing, and tells what it has done */
export function workerTasks(stop: AbortSignal) {
  let context: WorkerContext | undefined;
  return {
    async prepareWorker(
      settings: WorkerSettings,
      reports: Queue<WorkerReport>,
      budget: Queue<number> | undefined,
    ): Promise<void> {
      context = await prepare(settings, reports, budget, stop);
    },

    /** Copies or compares the entries of the batch and reports each one; where that takes long, the rest goes back. */
    async copyBatch(batch: Batch): Promise<BatchEnd> {
      if (context === undefined)
        throw new Error('copyBatch was called in a worker that has not been prepared');
      const prepared = context;
      return await prepared.turns.share(() => copyAll(prepared, batch, stop));
    },

    /** Reads folders side by side. */
    async readFolders(requests: readonly FolderRequest[]): Promise<FolderReading[]> {
      if (context === undefined)
        throw new Error('readFolders was called in a worker that has not been prepared');
      return await readFolders(context, requests);
    },

    /** Looks for what is to be deleted. */
    async findDeletions(looks: readonly DeletionLook[]): Promise<FoundDeletions[]> {
      if (context === undefined)
        throw new Error('findDeletions was called in a worker that has not been prepared');
      return await findDeletionsIn(context, looks);
    },
  };
}

async function prepare(
  settings: WorkerSettings,
  reports: Queue<WorkerReport>,
  budget: Queue<number> | undefined,
  stop: AbortSignal,
): Promise<WorkerContext> {
  // The terminal sends its signals to the whole process group; what becomes of them is the parent's decision.
  for (const signal of ['SIGINT', 'SIGHUP', 'SIGQUIT'] as const) process.on(signal, () => {});
  process.umask(0);
  const isComparing = settings.digests || settings.trust === 'content';
  const digests = isComparing ? await import('./content/digest.js') : undefined;
  return new WorkerContext(settings, reports, budget, stop, digests);
}

async function copyAll(context: WorkerContext, batch: Batch, stop: AbortSignal): Promise<BatchEnd> {
  context.reporter.begin(batch);
  try {
    stop.throwIfAborted();
    if (context.settings.tellsBegin) await context.reporter.tellBegin();
    await walk(
      batch.atATime > 1 && mayLinkWaiting(context)
        ? copySideBySide(context, batch)
        : copyEntries(context, batch),
    );
  } catch (error) {
    if (!(error instanceof Stopped)) throw error;
  }
  return await context.reporter.end();
}

function* copyEntries(context: WorkerContext, batch: Batch): Steps<void> {
  const row = new BatchRow(batch);
  for (let index = 0; index < batch.kinds.length; index += 1) {
    row.moveTo(index);
    if (!copyAtOnce(context, row)) yield* copyEntry(context, row);
    const breath = context.reporter.breathe();
    if (breath !== undefined) yield breath;
    if (context.reporter.isOverdue) return;
  }
}

/** The same, with several files under way at a time. */
function* copySideBySide(context: WorkerContext, batch: Batch): Steps<void> {
  const ahead = new FilesAhead(context, batch, context.lanes(batch.atATime));
  const row = new BatchRow(batch);
  try {
    for (let index = 0; index < batch.kinds.length; index += 1) {
      row.moveTo(index);
      const isCopied = yield* bookAhead(context, ahead, row);
      if (!isCopied && !copyAtOnce(context, row)) yield* copyEntry(context, row, ahead);
      const breath = context.reporter.breathe();
      if (breath !== undefined) yield breath;
      if (context.reporter.isOverdue && !ahead.stop()) return;
    }
  } finally {
    yield* ahead.through();
  }
}

function* bookAhead(context: WorkerContext, ahead: FilesAhead, row: BatchRow): Steps<boolean> {
  try {
    const copied = yield* ahead.copied(row.index);
    if (copied === undefined) return false;
    if (copied === 'linked') {
      context.reporter.linked(row.index);
    } else if (row.kind === 'file') {
      context.touched(row.folder);
      context.copied(row.facts.size);
      context.reporter.done(row.index, row, { how: 'streamed', bytes: row.facts.size, ...copied });
    } else if (row.kind === 'remove') {
      context.reporter.done(row.index, row, { how: 'removed', bytes: 0, ...copied });
    } else {
      context.isSynced(join(row.folder, row.name));
      context.reporter.done(row.index, row, { how: 'made', bytes: 0, ...copied });
    }
  } catch (error) {
    if (error instanceof Stopped) throw error;
    if (lacksDescriptors(failureOf(error))) return false;
    fail(context, row, error);
  }
  return true;
}

/**
 * Most entries take no generator, and no objects.
 * @returns false where it has still to be done, also as too many files were open
 */
function copyAtOnce(context: WorkerContext, row: BatchRow): boolean {
  if (row.kind !== 'file') return false;
  if (context.snapshots.length > 0 && linkAtOnce(context, row)) {
    context.reporter.linked(row.index);
    return true;
  }
  try {
    const notKept = copySmallFile(context, row);
    if (notKept === undefined) return false;
    context.reporter.streamed(row.index, row.facts.size, notKept);
  } catch (error) {
    if (lacksDescriptors(failureOf(error))) return false;
    fail(context, row, error);
  }
  return true;
}

/** @param ahead what is under way side by side */
function* copyEntry(context: WorkerContext, row: BatchRow, ahead?: FilesAhead): Steps<void> {
  try {
    const job = jobOf(context, row);
    context.reporter.done(row.index, job, yield* performWithRoom(context, job, ahead));
  } catch (error) {
    if (error instanceof Stopped) {
      context.reporter.takeBack();
      throw error;
    }
    fail(context, row, error);
  }
}

/** What has had too many files open is done once more, alone: others may have had them. */
function* performWithRoom(context: WorkerContext, job: Job, ahead: FilesAhead | undefined): Steps<Finished> {
  try {
    return yield* perform(context, job);
  } catch (error) {
    if (!lacksDescriptors(failureOf(error))) throw error;
    context.reporter.takeBack();
  }
  if (ahead !== undefined) yield* ahead.through();
  let finished: Finished | undefined;
  yield context.turns.aloneWithin(async () => {
    context.closeFolders();
    finished = await walk(perform(context, job));
  });
  if (finished === undefined) throw new Error('an entry was done once more, and has no outcome');
  return finished;
}

function fail(context: WorkerContext, { index, folder }: BatchRow, error: unknown): void {
  const failure = failureOf(error);
  if (lacksDescriptors(failure)) context.closeFolders();
  context.reporter.failed(index, folder, failure);
}

function jobOf({ settings }: WorkerContext, row: BatchRow): Job {
  const { id, again, isLastTry } = row.batch;
  const origin = { runId: settings.runId, batch: id, row: row.index, again, isLastTry };
  return new Job(row.kind, row.folder, row.name, copyOf(row.facts), origin, row.firstName, row.part);
}

function* perform(context: WorkerContext, job: Job): Steps<Finished> {
  switch (job.kind) {
    case 'file':
      return yield* copyFile(context, job);
    case 'begin':
      return yield* beginLargeFile(context, job);
    case 'range':
      return yield* copyRangeOf(context, job);
    case 'end':
      return yield* endLargeFile(context, job);
    case 'link':
      return yield* copyLink(context, job);
    case 'hardLink':
      return yield* makeHardLink(context, job);
    case 'fifo':
      return yield* makeFifo(context, job);
    case 'finish':
      return finishFolder(context, join(job.folder, job.name), job.facts);
    case 'finishRoot':
      context.rootMoved();
      return finishFolder(context, ROOT, job.facts);
    case 'finishAfter': {
      const folder = join(job.folder, job.name);
      return context.reporter.hasFailedIn(folder) ? postponed : finishFolder(context, folder, job.facts);
    }
    case 'compare':
    case 'compareContent':
      return yield* compareEntry(context, job);
    case 'remove':
      return remove(context, job);
    default:
      return job.kind satisfies never;
  }
}
