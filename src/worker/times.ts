import { futimesSync, lutimesSync } from 'node:fs';
import { native } from '../common/byte-path.js';
import type { Facts } from '../common/facts.js';
import { platformCalls } from './platform-calls.js';

/** Access and modification time of an open file: to the nanosecond, or to the microsecond in plain Node. */
export function giveTimes(descriptor: number, { atimeNs, mtimeNs }: Facts): void {
  const calls = platformCalls();
  if (calls !== undefined) calls.setTimes(descriptor, atimeNs, mtimeNs);
  else futimesSync(descriptor, seconds(atimeNs), seconds(mtimeNs));
}

/** The same for an entry by its path; a link in the last place is not followed. */
export function giveTimesOf(path: string, { atimeNs, mtimeNs }: Facts): void {
  const calls = platformCalls();
  if (calls !== undefined) calls.setTimesOf(path, atimeNs, mtimeNs);
  else lutimesSync(native(path), seconds(atimeNs), seconds(mtimeNs));
}

/**
 * A time as Node's `utimes` family takes it, exact to the microsecond.
 *
 * Node cuts a number towards zero to microseconds, and a double just short of one loses it: hence 0.4 µs. A
 * negative number becomes the present time, a negative string does not.
 */
export function seconds(timeNs: bigint): number | string {
  const microseconds = timeNs / 1000n - (timeNs % 1000n < 0n ? 1n : 0n);
  const value = Number(microseconds) / 1e6;
  return value < 0 ? String(value - 4e-7) : value + 4e-7;
}
