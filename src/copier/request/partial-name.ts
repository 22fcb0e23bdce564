import { lstatSync } from 'node:fs';
import { basename, join } from 'node:path';
import {
  type BytePath,
  beginningOf,
  MOST_NAME_BYTES,
  NAME_ENCODING,
  native,
  rawName,
} from '../../files/byte-path.js';
import { codeOf } from '../../files/failure.js';
import { nearestStanding, parentOf } from './paths.js';

/**
 * The path beside a new destination under which it is built. If the file system does not take so long a name, which
 * only trying shows, it is cut and ends in a part of its digest, so that names that begin alike stay different.
 */
export function partialOf(destinationRoot: BytePath): BytePath {
  const folder = parentOf(destinationRoot);
  const name = rawName(basename(destinationRoot));
  const standing = nearestStanding(folder);
  let partial = name + PARTIAL;
  for (let most = MOST_NAME_BYTES; !isTaken(standing, partial) && most >= LEAST_NAME_BYTES; most -= 1) {
    partial = shortened(name, most);
  }
  return rawName(join(folder, partial));
}

/** With at most so many bytes, or whole where it has no more. */
function shortened(name: BytePath, most: number): string {
  const beginning = beginningOf(name, most - SHORTENED_BYTES);
  return beginning === name ? name + PARTIAL : `${beginning}~${digestOf(name)}${PARTIAL}`;
}

/** FNV-1a, of 32 bits: to load `node:crypto` takes longer than all else that is done about the name. */
function digestOf(name: BytePath): string {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(name, NAME_ENCODING)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return hash.toString(16).padStart(DIGEST_DIGITS, '0');
}

/** Whether a file system takes so long a name. */
function isTaken(folder: BytePath, name: string): boolean {
  try {
    lstatSync(native(`${folder}/${name}`), { throwIfNoEntry: false });
    return true;
  } catch (error) {
    // Any other error shows again, and is reported, where the path is used.
    return codeOf(error) !== 'ENAMETOOLONG';
  }
}

const PARTIAL = '.partial';
const DIGEST_DIGITS = 8;
const SHORTENED_BYTES = PARTIAL.length + 1 + DIGEST_DIGITS;
/** No file system that a copy could be made on has shorter ones. */
const LEAST_NAME_BYTES = SHORTENED_BYTES + 1;
