import { rawName, toText } from '../../files/byte-path.js';
import { codeOf } from '../../files/failure.js';
import type { PlatformCalls } from '../../files/system/platform-calls.js';
import type { Difference } from '../../protocol/differences.js';
import { IS_ROOT } from '../this-user.js';
import { isOfFileSystem } from './internal-attributes.js';

/** The names of those extended attributes of an entry that a copy keeps, access control lists among them. */
export function keptAttributes(calls: PlatformCalls, path: string): string[] {
  return calls.attributes(path).filter(name => isForUs(name) && !isOfFileSystem(name));
}

/**
 * In what the attributes of two entries differ, of those that a copy keeps.
 * @throws where they cannot be read
 */
export function compareAttributes(calls: PlatformCalls, source: string, destination: string): Difference[] {
  // Most entries have none.
  const [names, others] = [source, destination].map(path =>
    calls.hasAttributesAt(path) ? keptAttributesIfAny(calls, path) : [],
  );
  if (names === undefined || others === undefined || (names.length === 0 && others.length === 0)) return [];
  const isOther = (name: string) =>
    !names.includes(name) ||
    !others.includes(name) ||
    !calls.attribute(source, name).equals(calls.attribute(destination, name));
  const [left, right] = [names, others].map(each => each.filter(isOther).sort());
  if (left === undefined || right === undefined || left.length + right.length === 0) return [];
  return [{ kind: 'attributes', source: left.map(asText), destination: right.map(asText) }];
}

/** Names of attributes come as bytes. */
function asText(name: string): string {
  return toText(rawName(name));
}

/** Whether the file system of a folder knows attributes at all. */
export function knowsAttributes(calls: PlatformCalls, path: string): boolean {
  try {
    calls.attributes(path);
    return true;
  } catch (error) {
    return !HAS_NO_ATTRIBUTES.has(codeOf(error) ?? '');
  }
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
