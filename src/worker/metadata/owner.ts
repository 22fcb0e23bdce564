import { type Facts, permissionsOf } from '../../files/facts.js';
import { codeOf } from '../../files/failure.js';

const UID = process.geteuid?.() ?? 0;
const GID = process.getegid?.() ?? 0;
const GROUPS = new Set(process.getgroups?.() ?? []);
const IS_ROOT = UID === 0;
const HAS_OWNERS = process.geteuid !== undefined;

const SET_USER_ID = 0o4000;
const SET_GROUP_ID = 0o2000;

/** What became of owner and group. */
export interface OwnerKept {
  readonly user: boolean;
  readonly group: boolean;
}

const KEPT: OwnerKept = { user: true, group: true };

/** Whether a new entry of ours has another owner than it should, as far as we can change that. */
export function needsOwner(uid: number, gid: number, handsDownGroup: boolean): boolean {
  if (!HAS_OWNERS) return false;
  return gid !== GID || handsDownGroup || (IS_ROOT && uid !== UID);
}

/** Whether a new entry of ours has the owner and group it should have: also nothing is lost, as another user's is where we are not root. */
export function hasOurOwner(uid: number, gid: number, handsDownGroup: boolean): boolean {
  return !HAS_OWNERS || (uid === UID && gid === GID && !handsDownGroup);
}

/**
 * Gives a new entry of ours its owner and group, as root; as another user its group, where we belong to it.
 * @param change `chown` on the entry; -1 leaves a number as it is
 */
export function giveOwner(
  change: (uid: number, gid: number) => void,
  facts: Facts,
  handsDownGroup: boolean,
): OwnerKept {
  const user = IS_ROOT || facts.uid === UID || !HAS_OWNERS;
  if (!needsOwner(facts.uid, facts.gid, handsDownGroup)) return user ? KEPT : { user, group: true };
  if (!IS_ROOT && facts.gid !== GID && !GROUPS.has(facts.gid)) return { user, group: false };
  try {
    change(IS_ROOT ? facts.uid : -1, facts.gid);
    return { user, group: true };
  } catch (error) {
    if (!CANNOT_GIVE.has(codeOf(error) ?? '')) throw error;
    return { user: facts.uid === UID, group: facts.gid === GID && !handsDownGroup };
  }
}

/** Not allowed, a number that this user namespace does not know, a file system without owners. */
const CANNOT_GIVE = new Set(['EPERM', 'EINVAL', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS']);

/** The permissions an entry may have: set-id bits would speak for the wrong owner without the right one. */
export function keptPermissions(facts: Facts, owner: OwnerKept): number {
  return permissionsOf(facts) & ~(owner.user ? 0 : SET_USER_ID) & ~(owner.group ? 0 : SET_GROUP_ID);
}
