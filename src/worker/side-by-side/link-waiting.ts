import type { FolderPlace } from '../../files/system/entry-calls.js';
import { waitingCalls } from '../../files/system/waiting-calls.js';
import type { BatchRow } from '../../protocol/batch-row.js';
import { isSameInSnapshot } from '../../rules/same-in-snapshot.js';
import type { HeldSnapshot } from '../context/held-snapshot.js';
import type { WorkerContext } from '../context/worker-context.js';

/** Whether files that a snapshot may have are linked without holding up the process, if there is any snapshot. */
export function mayLinkWaiting({ settings, snapshots }: WorkerContext): boolean {
  const { standing, digests, fsync } = settings;
  return snapshots.length === 0 || (standing !== 'content' && !digests && !fsync);
}

/**
 * Makes a file by a hard link to the same one in the first snapshot that has it, without holding up the process.
 * @returns `not there` where no snapshot has it; `unclear` where linking it in the usual way tells more
 */
export async function linkWaiting(
  context: WorkerContext,
  row: BatchRow,
): Promise<'linked' | 'not there' | 'unclear'> {
  try {
    for (const snapshot of context.heldSnapshots) {
      const linked = await linkTo(context, snapshot, row);
      if (linked !== 'not there') return linked;
    }
    return 'not there';
  } catch {
    return 'unclear';
  }
}

async function linkTo(
  context: WorkerContext,
  snapshot: HeldSnapshot,
  row: BatchRow,
): Promise<'linked' | 'not there' | 'unclear'> {
  const { heldDestination, heldTimes, owners } = context;
  const { folder, name, facts } = row;
  const place = await snapshot.hold(folder);
  if (place === undefined) return 'not there';
  try {
    const path = place.prefix + name;
    const there = await waitingCalls.factsAt(path, false);
    if (there === undefined || !isSameInSnapshot(facts, there, heldTimes, owners.newUid)) return 'not there';
    if (await mayHaveAttributes(context, row, place)) return 'unclear';
    const to = await heldDestination.hold(folder);
    try {
      context.mayMake();
      await waitingCalls.link(path, to.prefix + name);
    } finally {
      to.letGo();
    }
    return 'linked';
  } finally {
    place.letGo();
  }
}

/** Whether either may: whether they are the same takes more calls. */
async function mayHaveAttributes(
  context: WorkerContext,
  { folder, name }: BatchRow,
  place: FolderPlace,
): Promise<boolean> {
  const { calls, heldSource, mayHaveAttributes: ofRoots, settings } = context;
  const [inSource, inSnapshot] = ofRoots;
  if (!settings.attributes) return false;
  // What is behind a link is asked by its own descriptor.
  if (settings.dereference && inSource) return true;
  if (inSnapshot && (await calls.mayHaveAttributesAt(place.prefix + name))) return true;
  if (!inSource) return false;
  const from = await heldSource.hold(folder);
  try {
    return await calls.mayHaveAttributesAt(from.prefix + name);
  } finally {
    from.letGo();
  }
}
