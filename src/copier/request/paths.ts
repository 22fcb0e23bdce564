import { realpathSync } from 'node:fs';
import { dirname, isAbsolute, resolve } from 'node:path';
import { type BytePath, NAME_ENCODING, native, rawName, readable } from '../../files/byte-path.js';
import { codeOf } from '../../files/failure.js';
import { refusal } from '../report/errors.js';

/** A path as an absolute one. `node:path` looks for separators and dots only, which are the same in bytes as in text. */
export function absolute(path: BytePath): BytePath {
  return rawName(isAbsolute(path) ? resolve(path) : resolve(workingFolder(), path));
}

/** Node's own `cwd` is text: it loses what is not UTF-8. */
function workingFolder(): string {
  try {
    return NAME_ENCODING === 'utf8' ? process.cwd() : realPath(rawName('.'));
  } catch (error) {
    throw refusal('.', 'the working folder cannot be reached', error);
  }
}

/** All links resolved. @throws where it does not exist */
export function realPath(path: BytePath): BytePath {
  return rawName(realpathSync.native(native(path), NAME_ENCODING));
}

/** The path itself or its nearest ancestor that exists, links resolved. */
export function nearestStanding(start: BytePath): BytePath {
  for (let path = start; ; path = parentOf(path)) {
    try {
      return realPath(path);
    } catch (error) {
      if (parentOf(path) === path || (codeOf(error) !== 'ENOENT' && codeOf(error) !== 'ENOTDIR')) {
        throw refusal(readable(path), 'cannot be reached', error);
      }
    }
  }
}

export function parentOf(path: BytePath): BytePath {
  return rawName(dirname(path));
}
