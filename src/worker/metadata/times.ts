import type { Facts } from '../../files/facts.js';
import { entryCalls } from '../../files/system/choose-calls.js';
import type { Times } from '../../files/system/entry-calls.js';
import type { NotKept } from '../../protocol/messages.js';
import { isHeldEverywhere } from '../../rules/held-times.js';
import { isAccepted, isRefusal } from '../../rules/keep.js';

/**
 * Gives an entry its times. One that it cannot hold a file system silently makes the nearest that it can: where that
 * may be, the entry is looked at.
 * @param look at the entry as it is now
 * @returns what could not be kept
 */
export function giveTimes(times: Held, give: () => void, look: () => Held | undefined): readonly NotKept[] {
  if (!isAccepted(give)) return NOT_KEPT;
  return isHeldEverywhere(times.mtime) || isSame(times, look()) ? KEPT : NOT_KEPT;
}

/** The same for an open file. Most files come here, so that no function is made for each. */
export function giveTimesOf(descriptor: number, times: Times): readonly NotKept[] {
  const calls = entryCalls();
  try {
    calls.setTimes(descriptor, times);
  } catch (error) {
    if (isRefusal(error)) return NOT_KEPT;
    throw error;
  }
  return isHeldEverywhere(times.mtime) || isSame(times, calls.lookAt(descriptor)) ? KEPT : NOT_KEPT;
}

type Held = Pick<Facts, 'mtime'>;

function isSame({ mtime }: Held, held: Held | undefined): boolean {
  return held !== undefined && Math.abs(held.mtime - mtime) <= COARSEST_GRAIN;
}

const KEPT: readonly NotKept[] = [];
const NOT_KEPT: readonly NotKept[] = ['time'];

/** Seconds, of vfat. */
const COARSEST_GRAIN = 2;
