import { codeOf } from '../files/failure.js';
import type { NotKept } from '../protocol/messages.js';

/**
 * Gives an entry something beside its content. Where the place does not take it, the content is worth having without.
 * @returns what could not be kept
 */
export function keep(what: NotKept, give: () => void): readonly NotKept[] {
  return isAccepted(give) ? [] : [what];
}

/** @returns whether the place has taken it. @throws where the call failed for another reason */
export function isAccepted(give: () => void): boolean {
  try {
    give();
    return true;
  } catch (error) {
    if (isRefusal(error)) return false;
    throw error;
  }
}

/** Whether a call beside the content, such as `chmod`, failed for a reason of the place: it will always fail there. */
export function isRefusal(error: unknown): boolean {
  return REFUSALS.has(codeOf(error) ?? '');
}

/**
 * The same of a link: FUSE file systems without any, such as rclone's, say EIO. What takes its place meets with a bad
 * disk too.
 */
export function isLinkRefusal(error: unknown): boolean {
  return isRefusal(error) || codeOf(error) === 'EIO';
}

const REFUSALS = new Set([
  'EPERM',
  'EACCES',
  'EROFS',
  // The file system has nothing of the kind.
  'ENOTSUP',
  'EOPNOTSUPP',
  'ENOSYS',
  'ENOTTY',
  // It does not take this value, or not so much of it.
  'EINVAL',
  'EOVERFLOW',
  'E2BIG',
  'EMLINK',
  'EXDEV',
]);
