import { constants } from 'node:fs';
import { type Facts, NOT_A_FOLDER } from '../../src/files/facts.js';

/** The facts of an empty file, but for those given. */
export function factsWith(given: Partial<Facts>): Facts {
  const mode = constants.S_IFREG | 0o644;
  return { ...NOT_A_FOLDER, deviceLow: 1, inodeLow: 1, mode, ...given };
}
