import { join } from '../../files/byte-path.js';
import { kindOf } from '../../files/facts.js';
import { codeOf, step } from '../../files/failure.js';
import { waitingCalls } from '../../files/system/waiting-calls.js';
import { removeEntry } from '../../folders/remove-entry.js';
import type { BatchRow } from '../../protocol/batch-row.js';
import type { Finished, Job } from '../context/job.js';
import type { WorkerContext } from '../context/worker-context.js';
import type { CopiedAhead } from '../side-by-side/copy-small-file-waiting.js';

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

/**
 * The same without holding up the process, for what is kept nowhere.
 * @returns undefined where it was not possible: removing it in the usual way tells why
 */
export async function removeWaiting(
  context: WorkerContext,
  { folder, name, facts }: BatchRow,
): Promise<CopiedAhead | undefined> {
  if (context.backup !== undefined) return undefined;
  try {
    const place = await context.heldDestination.hold(folder);
    try {
      const path = place.prefix + name;
      if (kindOf(facts) === 'folder') {
        context.destination.forget(join(folder, name));
        await waitingCalls.removeFolder(path);
      } else await waitingCalls.removeName(path);
      return { notKept: removed.notKept };
    } finally {
      place.letGo();
    }
  } catch {
    return undefined;
  }
}

export const removed: Finished = { how: 'removed', bytes: 0, notKept: [] };
