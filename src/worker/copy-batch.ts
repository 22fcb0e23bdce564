import { join } from '../common/byte-path.js';
import { factsAt } from '../common/facts.js';
import { failureOf } from '../common/failure.js';
import type { Batch, Group, WorkerReport, WorkerSettings } from '../common/messages.js';
import { entryTemporaryName } from '../common/reserved-names.js';
import type { Queue } from '../multiprocessing/index.js';
import { copyFile } from './copy-file.js';
import { copyLink } from './copy-link.js';
import { finishFolder } from './finish-folder.js';
import type { Finished, Job } from './job.js';
import { beginLargeFile, copyRangeOf, endLargeFile } from './large-file.js';
import { makeFifo } from './make-fifo.js';
import { makeHardLink } from './make-hard-link.js';
import { WorkerContext } from './worker-context.js';

let context: WorkerContext | undefined;

/** The pool's initializer: runs once in each worker. */
export async function prepareWorker(
  settings: WorkerSettings,
  reports: Queue<WorkerReport>,
  budget: Queue<number> | undefined,
): Promise<void> {
  // The terminal sends its signals to the whole process group; what becomes of them is the parent's decision.
  for (const signal of ['SIGINT', 'SIGHUP', 'SIGQUIT'] as const) process.on(signal, () => {});
  process.umask(0);
  const digests = settings.verify || settings.digests ? await import('./digest.js') : undefined;
  context = new WorkerContext(settings, reports, budget, digests);
}

/** The pool's task: copies every entry of the batch and reports each one, whatever becomes of the others. */
export async function copyBatch(batch: Batch): Promise<void> {
  if (context === undefined) throw new Error('copyBatch was called in a worker that has not been prepared');
  context.begin(batch);
  let index = 0;
  for (const group of batch.groups) {
    for (const row of group.names.keys()) {
      await copyEntry(context, batch, group, row, index);
      const breath = context.breathe();
      if (breath !== undefined) await breath;
      index += 1;
    }
  }
  await context.report();
}

async function copyEntry(context: WorkerContext, batch: Batch, group: Group, row: number, index: number) {
  try {
    const job = jobAt(context, batch, group, row, index);
    context.done(index, job.name, await perform(context, job));
  } catch (error) {
    const failure = failureOf(error);
    if (failure.code === 'EMFILE' || failure.code === 'ENFILE') context.closeFolders();
    context.failed(index, failure);
  }
}

function jobAt(context: WorkerContext, batch: Batch, group: Group, row: number, index: number): Job {
  const kind = group.kinds[row];
  const name = group.names[row];
  if (kind === undefined || name === undefined) throw new RangeError(`batch ${batch.id} has no row ${row}`);
  const part = group.parts?.[row];
  return {
    kind,
    name,
    facts: factsAt(group.facts, row),
    folder: group.folder,
    firstName: group.firstNames?.[row],
    part,
    again: batch.attempt > 1,
    temporaryName: part?.temporaryName ?? entryTemporaryName(context.settings.runId, batch.id, index),
  };
}

function perform(context: WorkerContext, job: Job): Finished | Promise<Finished> {
  switch (job.kind) {
    case 'file':
      return copyFile(context, job);
    case 'begin':
      return beginLargeFile(context, job);
    case 'range':
      return copyRangeOf(context, job);
    case 'end':
      return endLargeFile(context, job);
    case 'link':
      return copyLink(context, job);
    case 'hardLink':
      return makeHardLink(context, job);
    case 'fifo':
      return makeFifo(context, job);
    case 'finish':
      return finishFolder(context, join(job.folder, job.name), job.facts);
    default:
      return job.kind satisfies never;
  }
}
