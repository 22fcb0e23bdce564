import { lchownSync, readlinkSync, symlinkSync } from 'node:fs';
import { NAME_ENCODING, native } from '../../files/byte-path.js';
import { step } from '../../files/failure.js';
import { platformCalls } from '../../files/system/platform-calls.js';
import { keepAttributes } from '../../rules/attributes/keep-attributes.js';
import { ownerNotKept } from '../../rules/kept-permissions.js';
import type { Steps } from '../content/steps.js';
import type { Finished, Job } from '../context/job.js';
import type { WorkerContext } from '../context/worker-context.js';
import { giveTimes } from '../metadata/times.js';
import { putInPlace } from './put-in-place.js';
import type { Target } from './target.js';

/** Makes a symbolic link with the same target text, owner and times. */
export function copyLink(context: WorkerContext, job: Job): Steps<Finished> {
  return putInPlace(context, job, makeLink);
}

function* makeLink(context: WorkerContext, job: Job, target: Target): Steps<Finished> {
  const from = context.source.at(job.folder) + job.name;
  const text = step('cannot be read', () => native(readlinkSync(native(from), { encoding: NAME_ENCODING })));
  const path = target.path;
  context.mayMake();
  step('cannot be created', () => symlinkSync(text, native(path)));
  return step('cannot be given its owner or times', () => {
    const change = (uid: number, gid: number) => lchownSync(native(path), uid, gid);
    const look = () => target.look();
    const { traits } = target;
    const owner = traits.owners.give(change, look, job.facts, traits);
    const notKept = ownerNotKept(owner);
    const calls = context.settings.attributes ? platformCalls() : undefined;
    if (calls?.hasAttributesAt(from)) notKept.push(...keepAttributes(calls, from, path));
    const give = () => context.calls.setTimesIn(target.place, target.name, job.facts);
    notKept.push(...giveTimes(job.facts, give, look));
    return { how: 'linked', bytes: 0, notKept };
  });
}
