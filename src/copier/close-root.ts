import { chmodSync, statSync } from 'node:fs';
import { native } from '../common/byte-path.js';
import { type Facts, withMode } from '../common/facts.js';
import { codeOf } from '../common/failure.js';
import { entryCalls, type FolderPlace } from '../common/system/entry-calls.js';

/** The root's facts while the claim lies in it: its owner may do all in it. */
export function lentFacts(facts: Facts): Facts {
  return withMode(facts, facts.mode | OWNER_ALL);
}

/**
 * What the claim has kept from a root that a worker has finished: its times, and a mode that may close it to its
 * owner. All else the worker has given it.
 */
export function closeRoot(root: FolderPlace, facts: Facts): void {
  entryCalls().setTimesIn(root, '.', facts);
  const lent = OWNER_ALL & ~facts.mode;
  if (lent === 0) return;
  const path = native(root.prefix.slice(0, -1));
  try {
    chmodSync(path, statSync(path).mode & PERMISSIONS & ~lent);
  } catch (error) {
    // Where there are no modes, the worker has told of it.
    if (codeOf(error) !== 'EPERM' && codeOf(error) !== 'ENOTSUP') throw error;
  }
}

const OWNER_ALL = 0o700;
const PERMISSIONS = 0o7777;
