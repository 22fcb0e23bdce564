import type { Facts } from '../files/facts.js';
import { type HeldTimes, isSameTime } from './held-times.js';

/**
 * Whether a folder of the destination has the mode, the owner and the modification time that it is to have: nothing is
 * left to be done about it, as long as nothing is changed in it. Access times change as both are read, and attributes
 * are another question.
 */
export function isFinishedFolder(source: Facts, there: Facts, held: HeldTimes): boolean {
  return (
    source.mode === there.mode &&
    source.uid === there.uid &&
    source.gid === there.gid &&
    isSameTime(source, there, held)
  );
}
