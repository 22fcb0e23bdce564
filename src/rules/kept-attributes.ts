import { codeOf } from '../files/failure.js';
import type { PlatformCalls } from '../files/system/platform-calls.js';
import { isOfFileSystem } from './internal-attributes.js';

const IS_ROOT = process.geteuid?.() === 0;

/** The names of those extended attributes of an entry that a copy keeps, access control lists among them. */
export function keptAttributes(calls: PlatformCalls, path: string): string[] {
  return calls.attributes(path).filter(name => isForUs(name) && !isOfFileSystem(name));
}

/**
 * The names of the attributes that two entries do not have alike, of those that a copy keeps.
 * @throws where they cannot be read
 */
export function differentAttributes(calls: PlatformCalls, path: string, other: string): string[] {
  // Most entries have none.
  const [names, others] = [path, other].map(one =>
    calls.hasAttributesAt(one) ? keptAttributesIfAny(calls, one) : [],
  );
  if (names === undefined || others === undefined || (names.length === 0 && others.length === 0)) return [];
  const isSame = (name: string) =>
    names.includes(name) &&
    others.includes(name) &&
    calls.attribute(path, name).equals(calls.attribute(other, name));
  return [...new Set([...names, ...others])].filter(name => !isSame(name)).sort();
}

function keptAttributesIfAny(calls: PlatformCalls, path: string): string[] {
  try {
    return keptAttributes(calls, path);
  } catch (error) {
    if (HAS_NO_ATTRIBUTES.has(codeOf(error) ?? '')) return [];
    throw error;
  }
}

/** As `cp -a` and `rsync -X`: `security.*` and `trusted.*` are root's, but a lost capability is worth telling. */
function isForUs(name: string): boolean {
  return IS_ROOT || name.startsWith('user.') || isAccessList(name) || name === 'security.capability';
}

/** Access control lists: POSIX's, and NFSv4's under its two names. */
export function isAccessList(name: string): boolean {
  return POSIX_LISTS.includes(name) || name === 'system.nfs4_acl' || name === 'system.nfs4acl';
}

export const POSIX_LISTS = ['system.posix_acl_access', 'system.posix_acl_default'];

/** Codes of a file system without any. */
export const HAS_NO_ATTRIBUTES = new Set(['ENOTSUP', 'EOPNOTSUPP', 'ENOSYS']);
