import { constants } from 'node:fs';
import type { Facts } from '../files/facts.js';
import type { LooksBy } from '../protocol/readings.js';
import { type HeldTimes, isLaterTime } from './held-times.js';
import { isSameFile } from './is-up-to-date.js';
import { hasSameRights } from './same-rights.js';
import type { Policy } from './stands-there.js';

/** By which facts an existing file is known to stay as it is, without another look. */
export function looksOf({ standing, trust, ifExists, digests }: Policy): LooksBy {
  if (standing === 'earlier') return trust === 'time' ? 'by time' : 'none';
  if (standing === 'nothing') return 'none';
  if (ifExists === 'newer') return 'by age';
  return ifExists === 'update' && !digests ? 'by time and rights' : 'none';
}

/** What of a file decides that. */
type FileFacts = Pick<Facts, 'mode' | 'nlink' | 'uid' | 'gid' | 'size' | 'mtime' | 'mtimeNs'>;

/** @param source a file with one name. A file that has several in the destination may be linked to something else */
export function isFileThere(looks: LooksBy, source: FileFacts, there: FileFacts, held: HeldTimes): boolean {
  const isFile = (there.mode & constants.S_IFMT) === constants.S_IFREG;
  if (!isFile || there.nlink !== 1) return false;
  switch (looks) {
    case 'by time':
      return isSameFile(source, there, held);
    case 'by time and rights':
      return isSameFile(source, there, held) && hasSameRights(source, there);
    case 'by age':
      return !isLaterTime(source, there, held);
    default:
      return false;
  }
}
