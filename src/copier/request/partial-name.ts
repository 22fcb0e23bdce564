import { basename, join } from 'node:path';
import { type BytePath, beginningOf, NAME_ENCODING, rawName } from '../../files/byte-path.js';
import { fittingName } from '../../files/fitting-name.js';
import { nearestStanding, parentOf } from './paths.js';

/**
 * The path beside a new destination under which it is built. If the file system does not take so long a name, which
 * only trying shows, it is cut and ends in a part of its digest, so that names that begin alike stay different.
 */
export function partialOf(destinationRoot: BytePath): BytePath {
  const folder = parentOf(destinationRoot);
  const name = rawName(basename(destinationRoot));
  const prefix = `${nearestStanding(folder)}/`;
  const partial = fittingName(prefix, name + PARTIAL, most => shortened(name, most), LEAST_NAME_BYTES);
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

const PARTIAL = '.partial';
const DIGEST_DIGITS = 8;
const SHORTENED_BYTES = PARTIAL.length + 1 + DIGEST_DIGITS;
/** No file system that a copy could be made on has shorter ones. */
const LEAST_NAME_BYTES = SHORTENED_BYTES + 1;
