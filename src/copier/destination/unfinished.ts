import { unlinkSync } from 'node:fs';
import { type BytePath, join, native } from '../../files/byte-path.js';
import { type Facts, kindOf } from '../../files/facts.js';
import { entryTemporaryName } from '../../files/reserved-names.js';
import { type FolderHandles, standingAt } from '../../files/trees/folder-handles.js';
import type { Standing } from '../../protocol/messages.js';
import { type HeldTimes, isSameTime } from '../../rules/held-times.js';
import type { PendingJob } from '../dispatch/pending-job.js';

/**
 * Removes what a lost worker has left half done of a batch, so that nothing stands under a name but what is whole.
 * @param jobs by their rows in the batch, in order: those that were not reported as done
 * @returns the row that the worker was at, where something shows it: of several side by side nobody knows which
 */
export function removeUnfinished(
  place: Growing,
  batch: number,
  jobs: Iterable<readonly [row: number, job: PendingJob]>,
): number | undefined {
  const atHand: number[] = [];
  let isBehind = false;
  for (const [row, job] of jobs) {
    const state = removeIfUnfinished(place, batch, row, job);
    if (state === 'removed' && !isBehind) atHand.push(row);
    // What stands behind one that does not is an earlier run's.
    if (state === 'nothing' && place.standing === 'earlier') isBehind = true;
  }
  return atHand.length === 1 ? atHand[0] : undefined;
}

/** Where entries are made, and under which names they grow. */
interface Growing {
  readonly destination: FolderHandles;
  readonly standing: Standing;
  readonly runId: string;
  readonly heldTimes: HeldTimes;
}

/** `nothing`: nothing of it is there, or nothing that it would leave. */
type State = 'removed' | 'finished' | 'nothing';

function removeIfUnfinished(place: Growing, batch: number, row: number, job: PendingJob): State {
  if (!isMade(job)) return 'nothing';
  const { destination, standing, runId } = place;
  if (standing === 'content') {
    const name = job.part?.temporaryName ?? entryTemporaryName(runId, batch, row);
    return removeIfThere(destination, job.folder, name) ? 'removed' : 'nothing';
  }
  const there = lookIfPossible(destination, join(job.folder, job.name));
  if (there === undefined) return 'nothing';
  if (isFinished(job, there, place.heldTimes)) return 'finished';
  return removeIfThere(destination, job.folder, job.name) ? 'removed' : 'nothing';
}

/** Whether the job makes an entry: a lost range of a large file is written again. */
function isMade({ kind }: PendingJob): boolean {
  return kind === 'file' || kind === 'begin' || kind === 'link' || kind === 'hardLink' || kind === 'fifo';
}

/** A link is whole as soon as it stands; of all else the time is set last. */
function isFinished({ kind, facts }: PendingJob, there: Facts, held: HeldTimes): boolean {
  if (kindOf(there) !== kindOf(facts)) return false;
  if (kind === 'hardLink') return true;
  const isWhole = kindOf(facts) !== 'file' || (there.size === facts.size && kind !== 'begin');
  return isWhole && isSameTime(facts, there, held);
}

/** Where it cannot be looked at, nothing can be removed either. */
function lookIfPossible(destination: FolderHandles, path: BytePath): Facts | undefined {
  try {
    return standingAt(destination, path);
  } catch {
    return undefined;
  }
}

/**
 * Removes an unfinished entry. If it cannot be removed it stays: the same reason has made an entry fail, or stopped
 * the run.
 * @returns whether it was there
 */
export function removeIfThere(destination: FolderHandles, folder: BytePath, name: string): boolean {
  try {
    unlinkSync(native(destination.at(folder) + name));
    return true;
  } catch {
    // It does not exist, nor its folder perhaps, or nothing can be changed there any more.
    return false;
  }
}
