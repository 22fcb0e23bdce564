import { join } from '../../files/byte-path.js';
import { kindOf } from '../../files/facts.js';
import { waitingCalls } from '../../files/system/waiting-calls.js';
import type { BatchRow } from '../../protocol/batch-row.js';
import type { WorkerContext } from '../context/worker-context.js';
import type { CopiedAhead } from './copy-small-file-waiting.js';

/**
 * Takes an entry of the destination away without holding up the process, if it is kept nowhere.
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
      return { notKept: [] };
    } finally {
      place.letGo();
    }
  } catch {
    return undefined;
  }
}
