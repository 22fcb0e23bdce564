import { opendirSync } from 'node:fs';
import { type BytePath, NAME_ENCODING, native, rawName } from '../../files/byte-path.js';

/** The names in a folder, read as they are asked for. */
export function* namesIn(folder: string): Generator<BytePath, void, undefined> {
  const directory = opendirSync(native(folder), { encoding: NAME_ENCODING });
  try {
    for (let found = directory.readSync(); found !== null; found = directory.readSync())
      yield rawName(found.name);
  } finally {
    directory.closeSync();
  }
}
