import type { Facts } from '../../files/facts.js';
import { codeOf } from '../../files/failure.js';
import type { OwnerKept } from '../../rules/kept-permissions.js';

const UID = process.geteuid?.() ?? 0;
const GID = process.getegid?.() ?? 0;
const GROUPS = new Set(process.getgroups?.() ?? []);
const IS_ROOT = UID === 0;
const HAS_OWNERS = process.geteuid !== undefined;

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
