import { join } from '../../files/byte-path.js';
import { codeOf, step } from '../../files/failure.js';
import { removeEntry } from '../../folders/remove-entry.js';
import type { Finished, Job } from '../context/job.js';
import type { WorkerContext } from '../context/worker-context.js';

/** Takes an entry of the destination away; a folder has to be empty. */
export function remove({ destination, backup }: WorkerContext, job: Job): Finished {
  return step('cannot be deleted', () => {
    try {
      removeEntry(destination, join(job.folder, job.name), job.facts, backup);
    } catch (error) {
      // A worker that was lost may have done it.
      if (!job.again || codeOf(error) !== 'ENOENT') throw error;
    }
    return removed;
  });
}

const removed: Finished = { how: 'removed', bytes: 0, notKept: [] };
