import type { PlatformCalls } from '../../files/system/platform-calls.js';
import type { NotKept } from '../../protocol/messages.js';

const IS_ROOT = process.geteuid?.() === 0;
const ACL = 'system.posix_acl_';

/**
 * Gives the target the source's extended attributes, ACLs among them, and takes from it the ACLs that its
 * folder handed down. Both paths as the platform's calls take them.
 * @param source undefined: nothing is to be kept, and nothing handed down
 * @returns an entry for each attribute that could not be kept
 */
export function keepAttributes(calls: PlatformCalls, source: string | undefined, target: string): NotKept[] {
  const names = source === undefined ? [] : attributesOf(calls, source);
  const notKept: NotKept[] = [];
  for (const name of attributesOf(calls, target)) {
    if (name.startsWith(ACL) && !names.includes(name)) calls.removeAttribute(target, name);
  }
  for (const name of names) {
    if (source === undefined || !isForUs(name)) continue;
    try {
      calls.setAttribute(target, name, calls.attribute(source, name));
    } catch {
      // Too large for this file system, a namespace that it or this user may not set: whatever the reason,
      // the file is whole, and the report tells that an attribute is missing.
      notKept.push('attribute');
    }
  }
  return notKept;
}

/** As `cp -a` and `rsync -X`: `security.*` and `trusted.*` are root's, but a lost capability is worth telling. */
function isForUs(name: string): boolean {
  return IS_ROOT || name.startsWith('user.') || name.startsWith(ACL) || name === 'security.capability';
}

function attributesOf(calls: PlatformCalls, path: string): string[] {
  try {
    return calls.attributes(path);
  } catch (error) {
    if (error instanceof Error && 'code' in error && NO_ATTRIBUTES.has(String(error.code))) return [];
    throw error;
  }
}

/** Of a file system that has none; EACCES: `user.*` of a folder or file that may not be read, as with `cp -a`. */
const NO_ATTRIBUTES = new Set(['ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EACCES']);
