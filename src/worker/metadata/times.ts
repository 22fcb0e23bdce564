import type { Facts } from '../../files/facts.js';
import type { NotKept } from '../../protocol/messages.js';
import { isHeldEverywhere } from '../../rules/held-times.js';
import { isAccepted } from '../../rules/keep.js';

/**
 * Gives an entry its times. One that it cannot hold a file system silently makes the nearest that it can: where that
 * may be, the entry is looked at.
 * @param look at the entry as it is now
 * @returns what could not be kept
 */
export function giveTimes(
  { mtime }: Pick<Facts, 'mtime'>,
  give: () => void,
  look: () => Pick<Facts, 'mtime'> | undefined,
): readonly NotKept[] {
  if (!isAccepted(give)) return LOST;
  if (isHeldEverywhere(mtime)) return KEPT;
  const held = look()?.mtime;
  return held !== undefined && Math.abs(held - mtime) <= COARSEST_GRAIN ? KEPT : LOST;
}

const KEPT: readonly NotKept[] = [];
const LOST: readonly NotKept[] = ['time'];

/** Seconds, of vfat. */
const COARSEST_GRAIN = 2;
