import { chmodSync, chownSync, closeSync, constants, lchownSync, openSync } from 'node:fs';
import { native } from '../../files/byte-path.js';
import { type Facts, kindOf, permissionsOf, sameInode } from '../../files/facts.js';
import { EntryError, step } from '../../files/failure.js';
import { HAS_DESCRIPTOR_PATHS, O_PATH } from '../../files/system/descriptor-paths.js';
import { syncPath } from '../../files/system/path-calls.js';
import { platformCalls } from '../../files/system/platform-calls.js';
import { isAccepted, keep } from '../../rules/keep.js';
import { keptPermissions, OWNER_KEPT, type OwnerKept, ownerNotKept } from '../../rules/kept-permissions.js';
import { notKeptError } from '../../rules/not-kept.js';
import { type Finished, type Job, skipped } from '../context/job.js';
import type { WorkerContext } from '../context/worker-context.js';
import { ANY_GROUP } from '../metadata/owner.js';
import { withSourcePath } from './source-path.js';
import type { Target } from './target.js';

/**
 * Gives an entry that has the right content the mode and owner of the source's.
 * @param there its facts; it has no other name, which would get them too
 * @returns skipped where the place takes neither; undefined where it has to be copied anew, as a new owner takes
 *   capabilities away
 */
export function adjustEntry(
  context: WorkerContext,
  job: Job,
  target: Target,
  there: Facts,
): Finished | undefined {
  const isOwnerRight = there.uid === job.facts.uid && there.gid === job.facts.gid;
  if (!isOwnerRight && hasAttributes(context, job)) return undefined;
  return step('cannot be given its owner or mode', () => {
    const { notKept, after } = withPath(context, target, there, path => {
      const owner = isOwnerRight ? OWNER_KEPT : giveOwner(context, job, target, path);
      const notKept = ownerNotKept(owner);
      const mode = keptPermissions(job.facts, owner);
      // A new owner may have taken set-id bits away.
      const isModeRight = isOwnerRight && permissionsOf(there) === mode;
      if (kindOf(there) !== 'link' && !isModeRight)
        notKept.push(...keep('mode', () => chmodSync(path, mode)));
      if (context.settings.fsync && kindOf(there) === 'file') isAccepted(() => syncPath(path));
      return { notKept, after: target.look() };
    });
    if (context.settings.strict && notKept[0] !== undefined) throw notKeptError(notKept[0]);
    return isSameRights(there, after) ? skipped : { how: 'adjusted', bytes: 0, notKept };
  });
}

function hasAttributes(context: WorkerContext, { folder, name }: Job): boolean {
  const calls = context.settings.attributes ? platformCalls() : undefined;
  return calls !== undefined && withSourcePath(context, folder, name, path => calls.hasAttributesAt(path));
}

/** Names it without opening it: what takes its place meanwhile is not touched. */
function withPath<T>(
  { calls }: WorkerContext,
  target: Target,
  there: Facts,
  use: (path: string | Buffer) => T,
): T {
  const path = native(target.path);
  if (!HAS_DESCRIPTOR_PATHS || kindOf(there) === 'link') return use(path);
  const descriptor = openSync(path, O_PATH | constants.O_NOFOLLOW);
  try {
    const facts = calls.factsOf(descriptor);
    if (!sameInode(facts, there) || facts.nlink !== 1)
      throw new EntryError('CHANGED', 'something else has taken its place');
    return use(`/proc/self/fd/${descriptor}`);
  } finally {
    closeSync(descriptor);
  }
}

function giveOwner(context: WorkerContext, job: Job, target: Target, path: string | Buffer): OwnerKept {
  const isLink = kindOf(job.facts) === 'link';
  const change = (uid: number, gid: number) =>
    (isLink || !HAS_DESCRIPTOR_PATHS ? lchownSync : chownSync)(path, uid, gid);
  const look = () => target.look();
  return context.owners.give(change, look, job.facts, ANY_GROUP);
}

function isSameRights(before: Facts, after: Facts | undefined): boolean {
  return after?.mode === before.mode && after.uid === before.uid && after.gid === before.gid;
}
