import { createHash } from 'node:crypto';
import { lstatSync } from 'node:fs';
import { basename, join } from 'node:path';
import { type BytePath, NAME_ENCODING, native, rawName } from '../../files/byte-path.js';
import { codeOf } from '../../files/failure.js';
import { nearestStanding, parentOf } from './paths.js';

/**
 * The path beside a new destination under which it is built. If the file system does not take so long a name, which
 * only trying shows, it is cut and ends in a part of its digest, so that names that begin alike stay different.
 */
export function partialOf(destinationRoot: BytePath): BytePath {
  const folder = parentOf(destinationRoot);
  const name = Buffer.from(basename(destinationRoot), NAME_ENCODING);
  const whole = partialName(name, name.length);
  const standing = nearestStanding(folder);
  let partial = whole;
  for (let most = MOST_NAME_BYTES; !isTaken(standing, partial) && most >= LEAST_NAME_BYTES; most -= 1) {
    partial = partialName(name, Math.min(most - SHORTENED_BYTES, name.length));
  }
  return rawName(join(folder, partial));
}

/** @param bytes how many of the name are kept */
function partialName(name: Buffer, bytes: number): string {
  if (bytes >= name.length) return name.toString(NAME_ENCODING) + PARTIAL;
  let end = bytes;
  // In UTF-8, such a byte continues a character.
  while (end > 0 && (name.readUInt8(end) & 0xc0) === 0x80) end -= 1;
  const digest = createHash('sha256').update(name).digest('hex').slice(0, DIGEST_DIGITS);
  return `${name.toString(NAME_ENCODING, 0, end)}~${digest}${PARTIAL}`;
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
const MOST_NAME_BYTES = 255;
/** No file system that a copy could be made on has shorter ones. */
const LEAST_NAME_BYTES = SHORTENED_BYTES + 1;
