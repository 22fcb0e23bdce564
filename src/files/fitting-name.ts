import { lstatSync } from 'node:fs';
import { type BytePath, MOST_NAME_BYTES, native, rawName } from './byte-path.js';
import { codeOf } from './failure.js';

/**
 * A name as it is, or cut as far as its file system needs, which only trying shows.
 * @param prefix of paths in its folder
 * @param shortened what it becomes with so many bytes
 * @param least bytes; every file system takes as many
 */
export function fittingName(
  prefix: string,
  name: string,
  shortened: (most: number) => string,
  least: number,
): BytePath {
  let fitting = name;
  for (let most = MOST_NAME_BYTES; !isTaken(rawName(prefix + fitting)) && most >= least; most -= 1) {
    fitting = shortened(most);
  }
  return rawName(fitting);
}

/** Whether a file system takes so long a name. */
function isTaken(path: BytePath): boolean {
  try {
    lstatSync(native(path), { throwIfNoEntry: false });
    return true;
  } catch (error) {
    // Any other error shows again, and is reported, where the path is used.
    return codeOf(error) !== 'ENAMETOOLONG';
  }
}
