import { chmodSync, chownSync } from 'node:fs';
import { type BytePath, native, ROOT } from '../../files/byte-path.js';
import { type Facts, permissionsOf } from '../../files/facts.js';
import { failedStep, step } from '../../files/failure.js';
import type { FolderPlace } from '../../files/system/entry-calls.js';
import { type PlatformCalls, platformCalls } from '../../files/system/platform-calls.js';
import { waitingCalls } from '../../files/system/waiting-calls.js';
import type { NotKept } from '../../protocol/messages.js';
import { keepAttributes } from '../../rules/attributes/keep-attributes.js';
import { isHeldEverywhere } from '../../rules/held-times.js';
import { isRefusal, keep } from '../../rules/keep.js';
import { keptPermissions, ownerNotKept } from '../../rules/kept-permissions.js';
import { notKeptError } from '../../rules/not-kept.js';
import type { Finished } from '../context/job.js';
import type { WorkerContext } from '../context/worker-context.js';
import { ANY_GROUP } from '../metadata/owner.js';
import { giveTimes } from '../metadata/times.js';

/** Gives a folder its owner, attributes, mode and times: only now, as its content needed to write in it. */
export function finishFolder(context: WorkerContext, folder: BytePath, facts: Facts): Finished {
  return step(CANNOT_FINISH, () => {
    const notKept = context.finish(folder, () => giveMetadata(context, folder, facts));
    if (context.settings.strict && notKept[0] !== undefined) throw notKeptError(notKept[0]);
    return { how: 'made', bytes: 0, notKept };
  });
}

/**
 * The same without holding up the process, for a folder of this copy's own making that lacks no more than times and mode.
 * @returns what could not be kept; undefined where finishing it in the usual way tells why it cannot be
 */
export async function finishFolderWaiting(
  context: WorkerContext,
  folder: BytePath,
  facts: Facts,
): Promise<readonly NotKept[] | undefined> {
  if (!(await lacksOnlyTimesAndMode(context, folder, facts))) return undefined;
  const place = await context.heldDestination.hold(folder);
  try {
    // Its mode may close it to us.
    const synced = context.settings.fsync
      ? await waitingCalls.openFolder(`${place.prefix}.`, false).catch(() => undefined)
      : undefined;
    if (context.settings.fsync && synced === undefined) return undefined;
    try {
      const isGiven = await giveTimesAndMode(context, place, facts);
      if (!isGiven || synced === undefined) return isGiven ? KEPT : undefined;
      return await sync(synced, context.settings.strict);
    } finally {
      if (synced !== undefined) await waitingCalls.close(synced);
    }
  } finally {
    place.letGo();
  }
}

async function lacksOnlyTimesAndMode(
  context: WorkerContext,
  folder: BytePath,
  facts: Facts,
): Promise<boolean> {
  const { calls, settings, owners } = context;
  // A file in it that is to be tried again could not be replaced by its owner.
  if ((permissionsOf(facts) & OWNER_CHANGES) !== OWNER_CHANGES) return false;
  if (folder === ROOT || settings.standing !== 'nothing') return false;
  const traits = context.traits(folder);
  if (!owners.isRight(facts, traits) || traits.handsDownAcl || !isHeldEverywhere(facts.mtime)) return false;
  if (!settings.attributes) return true;
  const source = await context.heldSource.hold(folder);
  return !(await calls.mayHaveAttributesAt(`${source.prefix}.`).finally(() => source.letGo()));
}

async function giveTimesAndMode(
  { calls }: WorkerContext,
  place: FolderPlace,
  facts: Facts,
): Promise<boolean> {
  try {
    if (!(await calls.setTimesOfWaiting(place, facts))) return false;
    await waitingCalls.setMode(place.prefix.slice(0, -1), permissionsOf(facts));
    return true;
  } catch {
    return false;
  }
}

/** A sync that failed is not tried again: it would seem to succeed. */
async function sync(descriptor: number, isStrict: boolean): Promise<readonly NotKept[]> {
  try {
    await waitingCalls.sync(descriptor);
    return KEPT;
  } catch (error) {
    if (!isRefusal(error)) throw failedStep(CANNOT_FINISH, error);
    if (isStrict) throw notKeptError('sync');
    return ['sync'];
  }
}

const KEPT: readonly NotKept[] = [];
const CANNOT_FINISH = 'cannot be given its owner, mode or times';
/** Its owner may write in it and search it. */
const OWNER_CHANGES = 0o300;

function giveMetadata(context: WorkerContext, folder: BytePath, facts: Facts): readonly NotKept[] {
  const place = context.destination.place(folder);
  const path = place.prefix.slice(0, -1);
  // One that existed before, or was made in one that did, can have any owner, and inherited attributes.
  const isInOurs = context.settings.standing === 'nothing' && folder !== ROOT;
  const traits = isInOurs ? context.traits(folder) : undefined;
  const change = (uid: number, gid: number) => chownSync(native(path), uid, gid);
  const look = () => context.calls.factsOfFolder(place);
  const owner = context.owners.give(change, look, facts, traits ?? ANY_GROUP);
  const notKept = ownerNotKept(owner);
  // Before attributes and mode: those may close the folder to us, as its owner may have. None changes its times.
  notKept.push(...giveTimes(facts, () => context.calls.setTimesOf(place, facts), look));
  const calls = platformCalls();
  if (calls !== undefined) {
    const source = context.settings.attributes ? attributedSource(context, folder, calls) : undefined;
    const mayHaveList = traits?.handsDownAcl ?? true;
    if (source !== undefined || mayHaveList)
      notKept.push(...keepAttributes(calls, source, path, { mayHaveList }));
  }
  notKept.push(...keep('mode', () => chmodSync(native(path), keptPermissions(facts, owner))));
  return notKept;
}

/** The source's folder, if it has attributes, as most have not. */
function attributedSource(
  context: WorkerContext,
  folder: BytePath,
  calls: PlatformCalls,
): string | undefined {
  const source = context.source.at(folder).slice(0, -1);
  return calls.hasAttributesAt(source) ? source : undefined;
}
