import { readdirSync } from 'node:fs';
import { basename, relative } from 'node:path';
import { type BytePath, join, NAME_ENCODING, native, ROOT, rawName } from '../../files/byte-path.js';
import { lstatIfThere } from '../../files/system/stat.js';
import { foldedName } from '../../rules/folded-name.js';
import { parentOf } from './paths.js';

/**
 * Where a path lies in a folder, with its names as the file system lists them: one that ignores case takes others too.
 * @returns undefined where it lies elsewhere; the root's path if it is the folder
 */
export function pathIn(folder: BytePath, path: BytePath): BytePath | undefined {
  const [outer, inner] = [asListed(folder), asListed(path)];
  if (inner === outer) return ROOT;
  return inner.startsWith(outer === '/' ? outer : `${outer}/`) ? rawName(relative(outer, inner)) : undefined;
}

/** @param path absolute; what of it does not exist stays as it is */
export function asListed(path: BytePath): BytePath {
  const parent = parentOf(path);
  if (parent === path) return path;
  const folder = asListed(parent);
  const name = listedName(folder, rawName(basename(path)));
  return folder === '/' ? rawName(`/${name}`) : join(folder, name);
}

function listedName(folder: BytePath, name: BytePath): BytePath {
  try {
    const names = readdirSync(native(folder), NAME_ENCODING).map(rawName);
    if (names.includes(name) || lstatIfThere(native(join(folder, name))) === undefined) return name;
    return names.find(other => foldedName(other) === foldedName(name)) ?? name;
  } catch {
    // It need not exist, nor be readable.
    return name;
  }
}
