import { readdirSync } from 'node:fs';
import { type BytePath, join, NAME_ENCODING, native, ROOT, rawName } from '../../files/byte-path.js';
import { lstatIfThere } from '../../files/system/stat.js';
import { foldedName } from '../../rules/folded-name.js';

/**
 * Where a path lies in a folder, with its names as the file system lists them: one that ignores case takes others too.
 * Both absolute.
 * @returns undefined where it lies elsewhere; the root's path if it is the folder
 */
export function pathIn(folder: BytePath, path: BytePath): BytePath | undefined {
  const [outer, inner] = [namesOn(folder), namesOn(path)];
  let at = TOP;
  for (const [depth, name] of outer.entries()) {
    if (!isOneName(at, name, inner[depth])) return undefined;
    at = within(at, name);
  }
  return listedBelow(at, inner.slice(outer.length));
}

/** The whole path so. What of it does not exist stays as it is. */
export function asListed(path: BytePath): BytePath {
  return within(TOP, listedBelow(TOP, namesOn(path)));
}

const TOP = rawName('/');

function namesOn(path: BytePath): BytePath[] {
  return path.split('/').filter(name => name !== '') as BytePath[];
}

function within(folder: BytePath, path: BytePath): BytePath {
  return folder === TOP ? rawName(`/${path}`) : join(folder, path);
}

function isOneName(folder: BytePath, name: BytePath, other: BytePath | undefined): boolean {
  if (name === other || other === undefined) return name === other;
  return foldedName(name) === foldedName(other) && listedName(folder, name) === listedName(folder, other);
}

function listedBelow(folder: BytePath, names: readonly BytePath[]): BytePath {
  let listed = ROOT;
  let at = folder;
  for (const name of names) {
    const found = listedName(at, name);
    listed = join(listed, found);
    at = within(at, found);
  }
  return listed;
}

function listedName(folder: BytePath, name: BytePath): BytePath {
  try {
    const names = readdirSync(native(folder), NAME_ENCODING).map(rawName);
    if (names.includes(name) || lstatIfThere(native(within(folder, name))) === undefined) return name;
    return names.find(other => foldedName(other) === foldedName(name)) ?? name;
  } catch {
    // It need not exist, nor be readable.
    return name;
  }
}
