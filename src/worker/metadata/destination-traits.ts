import { type Facts, permissionsOf } from '../../files/facts.js';
import { codeOf } from '../../files/failure.js';
import { platformCalls } from '../../files/system/platform-calls.js';
import { stat } from '../../files/system/stat.js';
import { isRefusal } from '../../rules/keep.js';
import type { Owners } from './owner.js';

/** What a folder of the destination would leave as its mark on everything made in it. */
export interface DestinationTraits {
  readonly folder: Facts;
  readonly owners: Owners;
  /** New entries get the folder's group, not the user's. */
  readonly handsDownGroup: boolean;
  /** New entries get an access control list from the folder. */
  readonly handsDownAcl: boolean;
}

/** @param path of the folder, without a slash at its end */
export function readTraits(path: string, owners: Owners): DestinationTraits {
  const folder = stat(path);
  return {
    folder,
    owners,
    handsDownGroup: owners.handsDownGroup || (permissionsOf(folder) & SET_GROUP_ID) !== 0,
    handsDownAcl: hasDefaultAcl(path),
  };
}

const SET_GROUP_ID = 0o2000;

function hasDefaultAcl(path: string): boolean {
  try {
    return (platformCalls()?.attribute(path, 'system.posix_acl_default').length ?? 0) > 0;
  } catch (error) {
    // No such attribute; none at all on this file system.
    const code = codeOf(error) ?? '';
    if (code === 'ENODATA' || code === 'ENOSYS' || code === 'ENOTSUP' || code === 'EOPNOTSUPP') return false;
    // It may have one, so that each new entry is looked at.
    if (isRefusal(error) || code === 'EIO') return true;
    throw error;
  }
}
