import { codeOf } from '../../files/failure.js';
import type { PlatformCalls } from '../../files/system/platform-calls.js';
import type { NotKept } from '../../protocol/messages.js';
import { HAS_NO_ATTRIBUTES, isAccessList, keptAttributes, POSIX_LISTS } from './kept-attributes.js';

/**
 * Gives the target the source's extended attributes and, last of all, its access control lists: these may close it to
 * us. Both paths as the platform's calls take them.
 * @param source undefined: nothing is to be kept
 * @param mayHaveList whether the target may have a list already, as from its folder: then it goes unless the source
 *   has one
 * @returns an entry for each attribute that could not be kept
 */
export function keepAttributes(
  calls: PlatformCalls,
  source: string | undefined,
  target: string,
  { mayHaveList = false } = {},
): NotKept[] {
  const notKept: NotKept[] = [];
  const names = source === undefined ? [] : namesOf(calls, source, notKept);
  const copy = (name: string) => {
    try {
      if (source !== undefined) calls.setAttribute(target, name, calls.attribute(source, name));
    } catch {
      // Too large for this file system, a namespace that it or this user may not set: whatever the reason,
      // the file is whole, and the report tells that an attribute is missing.
      notKept.push('attribute');
    }
  };
  for (const name of names) if (!isAccessList(name)) copy(name);
  if (mayHaveList) notKept.push(...removeLists(calls, target, names));
  for (const name of names) if (isAccessList(name)) copy(name);
  return notKept;
}

/** Those that are to be kept. */
function namesOf(calls: PlatformCalls, source: string, notKept: NotKept[]): string[] {
  try {
    return keptAttributes(calls, source);
  } catch (error) {
    // More names than the kernel hands out, a bad block: what there is cannot be told, only that it is lost.
    if (!HAS_NO_ATTRIBUTES.has(codeOf(error) ?? '')) notKept.push('attribute');
    return [];
  }
}

/** The target's own, for which the source has none. */
function removeLists(calls: PlatformCalls, target: string, kept: readonly string[]): NotKept[] {
  const standing = listsOf(calls, target).filter(name => !kept.includes(name));
  return standing.flatMap(name => (isRemoved(calls, target, name) ? [] : ['attribute']));
}

/** Where that cannot be told, it may have any. */
function listsOf(calls: PlatformCalls, target: string): readonly string[] {
  try {
    return calls.attributes(target).filter(name => POSIX_LISTS.includes(name));
  } catch {
    return POSIX_LISTS;
  }
}

function isRemoved(calls: PlatformCalls, target: string, name: string): boolean {
  try {
    calls.removeAttribute(target, name);
    return true;
  } catch (error) {
    const code = codeOf(error) ?? '';
    return code === 'ENODATA' || HAS_NO_ATTRIBUTES.has(code);
  }
}
