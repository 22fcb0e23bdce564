import { constants } from 'node:fs';
import { type Facts, permissionsOf } from '../files/facts.js';
import { keptPermissions } from './kept-permissions.js';
import { GROUPS, IS_ROOT, UID } from './this-user.js';

/** Mode and owner. */
type Rights = Pick<Facts, 'mode' | 'uid' | 'gid'>;

/**
 * Whether an entry of the destination has the mode and owner of the source's, as far as we may give them: as root
 * all, as another user what is ours its mode, and its group where we belong to it.
 */
export function hasSameRights(source: Rights, there: Rights): boolean {
  if (UID === undefined || (!IS_ROOT && there.uid !== UID)) return true;
  const owner = { user: source.uid === there.uid, group: source.gid === there.gid };
  if (IS_ROOT && !owner.user) return false;
  if (!owner.group && (IS_ROOT || GROUPS.has(source.gid))) return false;
  // A link has no mode of its own.
  const isLink = (there.mode & constants.S_IFMT) === constants.S_IFLNK;
  return isLink || keptPermissions(source, owner) === permissionsOf(there);
}

/**
 * Whether an entry has the mode and owner that a copy of the source's gets.
 * @param newUid whose new entries are: another's than ours where the destination decides
 */
export function isAsCopied(source: Rights, there: Rights, newUid = UID): boolean {
  if (UID === undefined) return true;
  const owner = { user: source.uid === there.uid, group: source.gid === there.gid };
  const mayGiveUser = IS_ROOT && newUid === UID;
  if (!owner.user && (mayGiveUser || there.uid !== newUid)) return false;
  if (!owner.group && (mayGiveUser || GROUPS.has(source.gid))) return false;
  const isLink = (there.mode & constants.S_IFMT) === constants.S_IFLNK;
  return isLink || keptPermissions(source, owner) === permissionsOf(there);
}
