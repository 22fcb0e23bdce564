import { lutimesSync } from 'node:fs';
import { native } from '../common/byte-path.js';
import type { Facts } from '../common/facts.js';
import { nodeSeconds } from '../common/system/node-seconds.js';
import { platformCalls } from '../common/system/platform-calls.js';

/** Access and modification time of an entry by its path; a link in the last place is not followed. */
export function giveTimesOf(path: string, facts: Facts): void {
  const calls = platformCalls();
  if (calls !== undefined) calls.setTimesOf(path, facts);
  else {
    const { atime, atimeNs, mtime, mtimeNs } = facts;
    lutimesSync(native(path), nodeSeconds(atime, atimeNs), nodeSeconds(mtime, mtimeNs));
  }
}
