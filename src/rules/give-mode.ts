import { codeOf } from '../files/failure.js';
import type { NotKept } from '../protocol/messages.js';

/** @returns what could not be kept: some file systems have no modes */
export function giveMode(change: () => void): NotKept[] {
  try {
    change();
    return [];
  } catch (error) {
    if (codeOf(error) !== 'EPERM' && codeOf(error) !== 'ENOTSUP') throw error;
    return ['mode'];
  }
}
