import { fchmodSync, fchownSync } from 'node:fs';
import { type Facts, permissionsOf } from '../common/facts.js';
import { codeOf } from '../common/failure.js';
import type { NotKept } from '../common/messages.js';
import { keepAttributes } from './attributes.js';
import type { DestinationTraits } from './destination-traits.js';
import { giveOwner, keptPermissions, needsOwner } from './owner.js';
import { platformCalls } from './platform-calls.js';
import { giveTimes } from './times.js';
import type { WorkerContext } from './worker-context.js';

/**
 * The mode with which a new file is created: its own at once, where nothing more has to be done to it; else
 * closed to all others until it has the right owner and access control list.
 */
export function creationMode(facts: Facts, traits: DestinationTraits): number {
  const isOpenAtOnce = !needsOwner(facts, traits.handsDownGroup) && !traits.handsDownAcl;
  return isOpenAtOnce ? permissionsOf(facts) & 0o777 : 0o600;
}

/**
 * Gives an open file its owner, its attributes, its mode and, last of all, its times: the mark that it is
 * finished. In this order, as a new owner or new content takes capabilities and set-id bits away.
 * @returns what could not be kept
 */
export function giveMetadata(
  context: WorkerContext,
  source: number,
  target: number,
  facts: Facts,
  traits: DestinationTraits,
): NotKept[] {
  const owner = giveOwner((uid, gid) => fchownSync(target, uid, gid), facts, traits.handsDownGroup);
  const notKept: NotKept[] = owner.user && owner.group ? [] : ['owner'];
  const calls = context.settings.attributes ? platformCalls() : undefined;
  if (calls !== undefined && (traits.handsDownAcl || calls.hasAttributes(source))) {
    notKept.push(...keepAttributes(calls, descriptorPath(source), descriptorPath(target)));
  }
  const mode = keptPermissions(facts, owner);
  if (mode !== creationMode(facts, traits)) notKept.push(...giveMode(() => fchmodSync(target, mode)));
  giveTimes(target, facts);
  return notKept;
}

/** @returns what could not be kept: some file systems have no modes */
export function giveMode(change: () => void): NotKept[] {
  try {
    change();
    return [];
  } catch (error) {
    if (codeOf(error) !== 'EPERM' && codeOf(error) !== 'ENOTSUP') throw error;
    return ['mode'];
  }
}

function descriptorPath(descriptor: number): string {
  return `/proc/self/fd/${descriptor}`;
}
