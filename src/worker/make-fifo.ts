import { lchownSync } from 'node:fs';
import { native } from '../common/byte-path.js';
import { permissionsOf } from '../common/facts.js';
import { step } from '../common/failure.js';
import type { NotKept } from '../common/messages.js';
import { lossOf } from '../common/not-kept.js';
import { type Finished, type Job, skipped } from './job.js';
import { giveOwner } from './owner.js';
import { platformCalls } from './platform-calls.js';
import { putInPlace } from './put-in-place.js';
import { giveTimesOf } from './times.js';
import type { WorkerContext } from './worker-context.js';

/** Makes a FIFO like the source's, which is never opened; where it cannot be made, it is skipped and counted. */
export async function makeFifo(context: WorkerContext, job: Job): Promise<Finished> {
  const calls = platformCalls();
  if (calls === undefined) {
    if (context.settings.strict) throw lossOf('fifo');
    return { ...skipped, notKept: ['fifo'] };
  }
  return await putInPlace(context, job, async (path, traits) => {
    step('cannot be made', () => calls.makeFifo(path, permissionsOf(job.facts) & 0o777));
    return step('cannot be given its owner or times', () => {
      const change = (uid: number, gid: number) => lchownSync(native(path), uid, gid);
      const owner = giveOwner(change, job.facts, traits.handsDownGroup);
      const notKept: NotKept[] = owner.user && owner.group ? [] : ['owner'];
      giveTimesOf(path, job.facts);
      return { how: 'made', bytes: 0, notKept };
    });
  });
}
