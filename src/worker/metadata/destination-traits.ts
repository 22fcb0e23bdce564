import type { Facts } from '../../files/facts.js';
import { codeOf } from '../../files/failure.js';
import { platformCalls } from '../../files/system/platform-calls.js';
import { stat } from '../../files/system/stat.js';

/** What a folder of the destination would leave as its mark on everything made in it. */
export interface DestinationTraits {
  readonly folder: Facts;
  /** New entries get the folder's group, not the user's. */
  readonly handsDownGroup: boolean;
  /** New entries get an access control list from the folder. */
  readonly handsDownAcl: boolean;
}

/** @param path of the folder, without a slash at its end */
export function readTraits(path: string): DestinationTraits {
  const folder = stat(path);
  return {
    folder,
    handsDownGroup: process.platform !== 'linux' || (folder.mode & SET_GROUP_ID) !== 0,
    handsDownAcl: hasDefaultAcl(path),
  };
}

const SET_GROUP_ID = 0o2000;

function hasDefaultAcl(path: string): boolean {
  try {
    return (platformCalls()?.attribute(path, 'system.posix_acl_default').length ?? 0) > 0;
  } catch (error) {
    const code = codeOf(error);
    // No such attribute; no attributes at all on this file system.
    if (code === 'ENODATA' || code === 'ENOTSUP' || code === 'EOPNOTSUPP') return false;
    throw error;
  }
}
