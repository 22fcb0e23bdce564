import { createHash } from 'node:crypto';
import { lstatSync } from 'node:fs';
import { basename, join } from 'node:path';
import { type BytePath, NAME_ENCODING, native, rawName } from '../../files/byte-path.js';
import { codeOf } from '../../files/failure.js';
import { nearestStanding, parentOf } from './paths.js';

/**
 * Where a destination grows: beside it. A name that is too long with the suffix is cut to what the file system takes,
 * which only trying tells, and has a part of its digest instead: others that begin alike keep their own.
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

/** @param bytes of the name that are left */
function partialName(name: Buffer, bytes: number): string {
  if (bytes >= name.length) return name.toString(NAME_ENCODING) + PARTIAL;
  let end = bytes;
  // In UTF-8 a byte of this kind goes on with a character.
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
    // Another reason will be met with, and told of, where it is used.
    return codeOf(error) !== 'ENAMETOOLONG';
  }
}

const PARTIAL = '.partial';
const DIGEST_DIGITS = 8;
const SHORTENED_BYTES = PARTIAL.length + 1 + DIGEST_DIGITS;
const MOST_NAME_BYTES = 255;
/** No file system that a copy could be made on has shorter ones. */
const LEAST_NAME_BYTES = SHORTENED_BYTES + 1;
