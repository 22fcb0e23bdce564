import { type Facts, permissionsOf } from '../files/facts.js';
import type { NotKept } from '../protocol/messages.js';

/** The permissions an entry may have: set-id bits would speak for the wrong owner without the right one. */
export function keptPermissions(facts: Pick<Facts, 'mode'>, owner: OwnerKept): number {
  return permissionsOf(facts) & ~(owner.user ? 0 : SET_USER_ID) & ~(owner.group ? 0 : SET_GROUP_ID);
}

/** What became of owner and group. */
export interface OwnerKept {
  readonly user: boolean;
  readonly group: boolean;
}

export const OWNER_KEPT: OwnerKept = { user: true, group: true };

/** What of them is lost. */
export function ownerNotKept({ user, group }: OwnerKept): NotKept[] {
  return user && group ? [] : ['owner'];
}

const SET_USER_ID = 0o4000;
const SET_GROUP_ID = 0o2000;
