import type { Failure } from '../../files/failure.js';
import type { FolderHandles } from '../../files/trees/folder-handles.js';
import type { Fleet } from '../../fleet/coordinator/open-fleet.js';
import type { WorkFolder } from '../claim/work-folder.js';
import { removeIfThere } from '../destination/unfinished.js';
import type { Hands } from '../dispatch/hands.js';
import { LocalHands } from '../dispatch/local-hands.js';
import type { PendingJob } from '../dispatch/pending-job.js';
import { asOwnRefusal } from '../report/errors.js';
import type { Ledger } from '../report/ledger.js';
import type { CopySettings } from '../request/options.js';
import type { Request } from '../request/request.js';
import { workerSettings } from './worker-settings.js';

/**
 * The other machines that a run was given, if any: only then is their part loaded.
 * @throws {RefusedError} where they cannot be reached: nothing is written then
 */
export async function fleetOf({ fleet, signal }: CopySettings): Promise<Fleet | undefined> {
  if (fleet === undefined) return undefined;
  try {
    const { openFleet } = await import('../../fleet/coordinator/open-fleet.js');
    return await openFleet(fleet, signal);
  } catch (error) {
    if (signal?.aborted) return undefined;
    throw asOwnRefusal(error);
  }
}

/** The workers of a run: this machine's own, and those that others lend. */
export async function handsOf(
  request: Request,
  folder: WorkFolder,
  runId: string,
  ledger: Ledger,
  fleet: Fleet | undefined,
): Promise<Hands> {
  const { bwlimit, pool, onGivenUp } = request.settings;
  const rules = fleet && { began: folder.claim.beganAt, beatFile: undefined };
  const settings = workerSettings(request, folder, runId, rules);
  const local = new LocalHands(pool, settings, bwlimit, onGivenUp);
  if (fleet === undefined) return local;
  const { sourceFacts } = request.places;
  return await fleet.open(local, { settings, sourceFacts, tell: event => ledger.member(event) });
}

/** Removes what the tries of an entry have left under its own name, as in a fleet no worker does. */
export function dropFailed(destination: FolderHandles): (job: PendingJob, failure: Failure) => void {
  return ({ folder, name }, { code }) => {
    if (!IN_ITS_PLACE.has(code)) removeIfThere(destination, folder, name);
  };
}

/** What stands under the entry's name then is another's. */
const IN_ITS_PLACE = new Set(['EEXIST', 'NAME_COLLISION', 'ENOTEMPTY', 'LINK_IN_THE_WAY']);
