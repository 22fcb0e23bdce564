import { type Facts, kindOf } from '../files/facts.js';
import { type HeldTimes, isSameTime } from './held-times.js';
import { isAsCopied } from './same-rights.js';

/**
 * Whether an entry of a snapshot is what a copy of the source's would be, as far as facts tell: kind, size, time, mode
 * and owner.
 * @param newUid whose new entries are
 */
export function isSameInSnapshot(source: Facts, there: Facts, held: HeldTimes, newUid?: number): boolean {
  const kind = kindOf(source);
  if (kindOf(there) !== kind || (kind === 'file' && there.size !== source.size)) return false;
  return isSameTime(source, there, held) && isAsCopied(source, there, newUid);
}
