import { type Facts, kindOf } from '../../files/facts.js';
import { codeOf } from '../../files/failure.js';
import type { WorkerSettings } from '../../protocol/messages.js';
import { isUpToDate } from '../../rules/is-up-to-date.js';
import { notKeptError } from '../../rules/not-kept.js';
import { nameCollision } from '../../rules/stands-there.js';
import type { Steps } from '../content/steps.js';
import type { Finished, Job } from '../context/job.js';
import type { WorkerContext } from '../context/worker-context.js';
import type { Make, Target } from './target.js';

/**
 * The first try of an entry in a fleet, where nothing stands. What it leaves unfinished stays: should it be late, the
 * whole entry may stand there by then, made by another. Who runs the fleet removes it, or puts the whole entry over it.
 */
export function* makeFirst(context: WorkerContext, job: Job, make: Make, target: Target): Steps<Finished> {
  try {
    const made = yield* make(context, job, target);
    if (context.settings.strict && made.notKept[0] !== undefined) throw notKeptError(made.notKept[0]);
    return made;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') throw nameCollision();
    throw error;
  }
}

/**
 * Whether what stands there is what a lost try of this job has made: then it counts as copied, whatever is to become of
 * files that exist.
 */
export function finishedBefore(context: WorkerContext, job: Job, there: Facts): Finished | undefined {
  const { fleet, digests } = context.settings;
  if (fleet === undefined || !job.again || there.ctime < fleet.began) return undefined;
  // A digest is of what was read: it is copied once more.
  if (!isUpToDate(context, job, there) || (digests && kindOf(job.facts) === 'file')) return undefined;
  const kind = job.kind === 'hardLink' ? 'link' : kindOf(job.facts);
  if (kind === 'file') return { how: 'streamed', bytes: job.facts.size, notKept: [] };
  return { how: kind === 'link' ? 'linked' : 'made', bytes: 0, notKept: [] };
}

/**
 * Whether an entry grows under a temporary name: where the destination existed, and in a fleet all later tries and all
 * large files, as the worker of a lost try may wake up and go on under the entry's own name.
 */
export function growsAside({ standing, fleet }: WorkerSettings, { again, part }: Job): boolean {
  return standing === 'content' || (fleet !== undefined && (again || part !== undefined));
}
