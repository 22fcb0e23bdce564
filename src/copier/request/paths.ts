import { lstatSync, realpathSync } from 'node:fs';
import { dirname, isAbsolute } from 'node:path';
import { type BytePath, NAME_ENCODING, native, rawName, readable } from '../../files/byte-path.js';
import { codeOf } from '../../files/failure.js';
import { refusal } from '../report/errors.js';

/** A path as an absolute one, without dots: the folder above a link is that of what it points to, as for the system. */
export function absolute(path: BytePath): BytePath {
  let at = rawName('/');
  for (const name of anchored(path).split('/')) {
    if (name === '..') at = parentOf(folderBehind(at));
    else if (name !== '' && name !== '.') at = rawName(`${at === '/' ? '' : at}/${name}`);
  }
  return at;
}

/** The same path from the root on, with all that is in it. */
export function anchored(path: BytePath): BytePath {
  return isAbsolute(path) ? path : rawName(`${workingFolder()}/${path}`);
}

function folderBehind(path: BytePath): BytePath {
  try {
    const isLink = lstatSync(native(path), { throwIfNoEntry: false })?.isSymbolicLink() === true;
    return isLink ? realPath(path) : path;
  } catch (error) {
    throw refusal(readable(path), 'cannot be reached', error);
  }
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

/** The same of what has just been found. @throws {RefusedError} */
export function realPathOf(shown: string, path: BytePath): BytePath {
  try {
    return realPath(path);
  } catch (error) {
    throw refusal(shown, 'cannot be reached', error);
  }
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
