import { chmodSync, statSync } from 'node:fs';
import { native } from '../common/byte-path.js';
import type { Facts } from '../common/facts.js';
import { giveMode } from '../common/give-mode.js';
import { entryCalls, type FolderPlace } from '../common/system/entry-calls.js';

/**
 * Gives the copy's root what the marks in it have kept from it until they were gone: its times, and a mode that may
 * close it to its owner. All else a worker has given it.
 */
export function finishRoot(root: FolderPlace, facts: Facts): void {
  entryCalls().setTimesIn(root, '.', facts);
  const lent = OWNER_ALL & ~facts.mode;
  if (lent === 0) return;
  const path = native(root.prefix.slice(0, -1));
  const mode = statSync(path).mode & PERMISSIONS & ~lent;
  // Where the mode cannot be given, that has been told of already.
  giveMode(() => chmodSync(path, mode));
}

const PERMISSIONS = 0o7777;

/** What is done in a folder takes its owner's rights. */
export const OWNER_ALL = 0o700;
