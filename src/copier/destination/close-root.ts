import { chmodSync } from 'node:fs';
import { native } from '../../files/byte-path.js';
import { type Facts, permissionsOf } from '../../files/facts.js';
import { entryCalls } from '../../files/system/choose-calls.js';
import type { FolderPlace } from '../../files/system/entry-calls.js';
import { stat } from '../../files/system/stat.js';
import { isAccepted } from '../../rules/keep.js';

/** The root's facts while the claim lies in it: its owner may do all in it. */
export function lentFacts(facts: Facts): Facts {
  return { ...facts, mode: facts.mode | OWNER_ALL };
}

/**
 * Gives a finished root what it could not have while the claim was in it: its times, and a mode that may close it to
 * its owner.
 */
export function closeRoot(root: FolderPlace, facts: Facts): void {
  // What is refused here was refused to the worker, too, which has reported it.
  isAccepted(() => entryCalls().setTimesOf(root, facts));
  const lent = OWNER_ALL & ~facts.mode;
  if (lent === 0) return;
  const path = native(root.prefix.slice(0, -1));
  isAccepted(() => chmodSync(path, permissionsOf(stat(path)) & ~lent));
}

const OWNER_ALL = 0o700;
