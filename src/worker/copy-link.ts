import { lchownSync, readlinkSync, symlinkSync } from 'node:fs';
import { NAME_ENCODING, native } from '../common/byte-path.js';
import { step } from '../common/failure.js';
import type { NotKept } from '../common/messages.js';
import { platformCalls } from '../common/system/platform-calls.js';
import { keepAttributes } from './attributes.js';
import type { Finished, Job } from './job.js';
import { giveOwner } from './owner.js';
import { putInPlace } from './put-in-place.js';
import type { Steps } from './steps.js';
import type { Target } from './target.js';
import type { WorkerContext } from './worker-context.js';

/** Makes a symbolic link with the same target text, owner and times. */
export function copyLink(context: WorkerContext, job: Job): Steps<Finished> {
  return putInPlace(context, job, makeLink);
}

function* makeLink(context: WorkerContext, job: Job, target: Target): Steps<Finished> {
  const from = context.source.at(job.folder) + job.name;
  const text = step('cannot be read', () => native(readlinkSync(native(from), { encoding: NAME_ENCODING })));
  const path = target.path;
  step('cannot be created', () => symlinkSync(text, native(path)));
  return step('cannot be given its owner or times', () => {
    const change = (uid: number, gid: number) => lchownSync(native(path), uid, gid);
    const owner = giveOwner(change, job.facts, target.traits.handsDownGroup);
    const notKept: NotKept[] = owner.user && owner.group ? [] : ['owner'];
    const calls = context.settings.attributes ? platformCalls() : undefined;
    if (calls?.hasAttributesAt(from)) notKept.push(...keepAttributes(calls, from, path));
    context.calls.setTimesIn(target.place, target.name, job.facts);
    return { how: 'linked', bytes: 0, notKept };
  });
}
