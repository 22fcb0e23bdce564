import type { Facts } from '../../files/facts.js';
import type { NotKept } from '../../protocol/messages.js';
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
  if (mtime >= FIRST_HELD_EVERYWHERE && mtime <= LAST_HELD_EVERYWHERE) return KEPT;
  const held = look()?.mtime;
  return held !== undefined && Math.abs(held - mtime) <= COARSEST_GRAIN ? KEPT : LOST;
}

const KEPT: readonly NotKept[] = [];
const LOST: readonly NotKept[] = ['time'];

/** DOS counts from 1980 on, in the local time of wherever. */
const FIRST_HELD_EVERYWHERE = Date.UTC(1980, 0, 3) / 1000;
/** The last second of 32 bits. */
const LAST_HELD_EVERYWHERE = 2 ** 31 - 1;
/** Seconds, of vfat. */
const COARSEST_GRAIN = 2;
