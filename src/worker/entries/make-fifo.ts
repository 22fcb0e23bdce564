import { chmodSync, closeSync, constants, lchownSync, openSync } from 'node:fs';
import { native } from '../../files/byte-path.js';
import { step } from '../../files/failure.js';
import { O_PATH } from '../../files/system/descriptor-paths.js';
import { platformCalls } from '../../files/system/platform-calls.js';
import { keepAttributes } from '../../rules/attributes/keep-attributes.js';
import { keep } from '../../rules/keep.js';
import { keptPermissions, ownerNotKept } from '../../rules/kept-permissions.js';
import { notKeptError } from '../../rules/not-kept.js';
import type { Steps } from '../content/steps.js';
import type { Finished, Job } from '../context/job.js';
import type { WorkerContext } from '../context/worker-context.js';
import { giveTimes } from '../metadata/times.js';
import { putInPlace } from './put-in-place.js';

/** Makes a FIFO like the source's, which is never opened. */
export function* makeFifo(context: WorkerContext, job: Job): Steps<Finished> {
  const calls = platformCalls();
  // Then it would not have been handed out.
  if (calls === undefined) throw notKeptError('fifo');
  return yield* putInPlace(context, job, function* (_context, _job, target) {
    const path = target.path;
    const { traits } = target;
    context.mayMake();
    step('cannot be made', () => calls.makeFifo(path, PRIVATE));
    return step('cannot be given its owner, mode or times', () => {
      const change = (uid: number, gid: number) => lchownSync(native(path), uid, gid);
      const look = () => target.look();
      const owner = traits.owners.give(change, look, job.facts, traits);
      const notKept = ownerNotKept(owner);
      if (context.settings.attributes || traits.handsDownAcl) {
        const source = context.settings.attributes ? context.source.at(job.folder) + job.name : undefined;
        notKept.push(...keepAttributes(calls, source, path, { mayHaveList: traits.handsDownAcl }));
      }
      notKept.push(...keep('mode', () => chmodUnopened(path, keptPermissions(job.facts, owner))));
      const give = () => context.calls.setTimesIn(target.place, target.name, job.facts);
      notKept.push(...giveTimes(job.facts, give, look));
      return { how: 'made', bytes: 0, notKept };
    });
  });
}

const PRIVATE = 0o600;

/** `chmod` that follows no link, should one have taken the FIFO's place: Linux has no call for it. */
function chmodUnopened(path: string, mode: number): void {
  const descriptor = openSync(native(path), O_PATH | constants.O_NOFOLLOW);
  try {
    chmodSync(`/proc/self/fd/${descriptor}`, mode);
  } finally {
    closeSync(descriptor);
  }
}
