import { type Facts, permissionsOf } from '../../files/facts.js';
import { CLAIM_NAME } from '../../files/reserved-names.js';
import type { EntryCalls, FolderPlace } from '../../files/system/entry-calls.js';
import { isAccepted } from '../../rules/keep.js';
import { OWNER_KEPT, type OwnerKept } from '../../rules/kept-permissions.js';
import { GID, GROUPS, IS_ROOT, UID } from '../../rules/this-user.js';

/** Gives new entries of ours their owner and group, and knows what the destination makes of it. */
export class Owners {
  /** Whose new entries are: another's than ours where the destination decides, as a mount with `uid=` does. */
  readonly #uid: number;
  /** Whether the destination decides on the group of what is new. */
  readonly handsDownGroup: boolean;
  /** Whether an owner that was accepted was there afterwards; undefined: not looked at yet. */
  #areHeld: boolean | undefined;

  /** @param root of the destination: what the claim in it has become tells what becomes of all that is new */
  constructor(calls: EntryCalls, root: FolderPlace) {
    const claim = calls.factsIn(root, CLAIM_NAME);
    const folder = calls.factsIn(root, '.');
    const isFromFolder = folder !== undefined && (permissionsOf(folder) & SET_GROUP_ID) !== 0;
    this.#uid = claim?.uid ?? UID ?? 0;
    this.handsDownGroup =
      process.platform !== 'linux' || (claim !== undefined && !isFromFolder && claim.gid !== GID);
  }

  /** Whose new entries are. */
  get newUid(): number {
    return this.#uid;
  }

  /** Whether this is whose new entries are. */
  isOfNew(uid: number): boolean {
    return !HAS_OWNERS || uid === this.#uid;
  }

  /** Whether a new entry of ours has another owner than it should, as far as we can change that. */
  needsChange({ uid, gid }: Facts, { handsDownGroup }: GroupTrait): boolean {
    if (!HAS_OWNERS) return false;
    return gid !== GID || handsDownGroup || (IS_ROOT && uid !== this.#uid);
  }

  /**
   * Whether a new entry of ours has the owner and group it should have: also nothing is lost, as another user's is
   * where we are not root.
   */
  isRight({ uid, gid }: Facts, { handsDownGroup }: GroupTrait): boolean {
    return !HAS_OWNERS || (uid === this.#uid && gid === GID && !handsDownGroup);
  }

  /**
   * Gives a new entry of ours its owner and group, as root; as another user its group, where we belong to it.
   * @param change `chown` on the entry; -1 leaves a number as it is
   * @param look at the entry as it is now
   */
  give(
    change: (uid: number, gid: number) => void,
    look: () => Pick<Facts, 'uid' | 'gid'> | undefined,
    facts: Facts,
    traits: GroupTrait,
  ): OwnerKept {
    const { uid, gid } = facts;
    const user = uid === this.#uid || !HAS_OWNERS;
    if (!this.needsChange(facts, traits)) return user ? OWNER_KEPT : { user, group: true };
    if (!IS_ROOT && !GROUPS.has(gid) && !traits.handsDownGroup) return { user, group: false };
    const isTaken = isAccepted(() => change(IS_ROOT ? uid : -1, gid));
    if (isTaken && this.#areHeld) return { user: user || IS_ROOT, group: true };
    // Perhaps the user is what it does not take.
    if (!isTaken && IS_ROOT) isAccepted(() => change(-1, gid));
    const is = look();
    const kept = { user: is?.uid === uid, group: is?.gid === gid };
    if (isTaken) this.#areHeld = kept.group && (kept.user || !IS_ROOT);
    return kept;
  }
}

const HAS_OWNERS = UID !== undefined;

/** Of the folder in which an entry is made. */
interface GroupTrait {
  /** Whether its entry may have another group than the user's. */
  readonly handsDownGroup: boolean;
}

/** Of an entry that was not made just now. */
export const ANY_GROUP: GroupTrait = { handsDownGroup: true };

const SET_GROUP_ID = 0o2000;
