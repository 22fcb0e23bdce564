import { fchmodSync, fchownSync } from 'node:fs';
import { type Facts, permissionsOf } from '../../files/facts.js';
import { entryCalls } from '../../files/system/choose-calls.js';
import { platformCalls } from '../../files/system/platform-calls.js';
import type { NotKept } from '../../protocol/messages.js';
import { keepAttributes } from '../../rules/attributes/keep-attributes.js';
import { keep } from '../../rules/keep.js';
import { keptPermissions, ownerNotKept } from '../../rules/kept-permissions.js';
import type { DestinationTraits } from './destination-traits.js';
import { giveTimesOf } from './times.js';

/**
 * The mode with which a new file is created: its own at once, where nothing more has to be done to it; else
 * closed to all others, and open to us, until it has the right owner and attributes. With an access control
 * list the mode's group bits are no more than a bound, and would let the group in that the list keeps out.
 */
export function creationMode(facts: Facts, traits: DestinationTraits, hasAttributes: boolean): number {
  const needsMore = traits.owners.needsChange(facts, traits) || traits.handsDownAcl || hasAttributes;
  return needsMore ? 0o600 : permissionsOf(facts) & 0o777;
}

/** A file of the source and the new one that is to become its copy. */
export interface OpenFiles {
  readonly source: number;
  readonly target: number;
  /** Of the folder that the target is in. */
  readonly traits: DestinationTraits;
  /** Whether the source has extended attributes, and they are to be kept. */
  readonly hasAttributes: boolean;
  /** The mode with which the target was created. */
  readonly createdMode: number;
}

/**
 * Gives an open file its owner, its attributes, its mode and, last of all, its times: the mark that it is
 * finished. In this order, as a new owner or new content takes capabilities and set-id bits away.
 * @returns what could not be kept
 */
export function giveMetadata(files: OpenFiles, facts: Facts): readonly NotKept[] {
  const { source, target, traits, hasAttributes, createdMode } = files;
  if (isRightSoFar(files, facts)) return giveTimesOf(target, facts);
  const look = () => entryCalls().factsOf(target);
  const change = (uid: number, gid: number) => fchownSync(target, uid, gid);
  const owner = traits.owners.give(change, look, facts, traits);
  const notKept = ownerNotKept(owner);
  const calls = traits.handsDownAcl || hasAttributes ? platformCalls() : undefined;
  if (calls !== undefined) {
    const from = hasAttributes ? descriptorPath(source) : undefined;
    notKept.push(
      ...keepAttributes(calls, from, descriptorPath(target), { mayHaveList: traits.handsDownAcl }),
    );
  }
  const mode = keptPermissions(facts, owner);
  if (mode !== createdMode) notKept.push(...keep('mode', () => fchmodSync(target, mode)));
  notKept.push(...giveTimesOf(target, facts));
  return notKept;
}

/** As most new files are: they have all but their times from the beginning. */
export function isRightSoFar({ traits, hasAttributes, createdMode }: OpenFiles, facts: Facts): boolean {
  const isBare = !hasAttributes && !traits.handsDownAcl && permissionsOf(facts) === createdMode;
  return isBare && traits.owners.isRight(facts, traits);
}

function descriptorPath(descriptor: number): string {
  return `/proc/self/fd/${descriptor}`;
}
