import { type Dirent, readdirSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { sep } from 'node:path';
import { escapeText } from '../text/escape.js';

/**
 * The folders that a path typed so far may go on to. Hidden ones only once their dot is typed.
 * @returns their names, each with a slash at its end, and the end of `path` that they complete
 */
export function completeFolder(path: string): [names: string[], typed: string] {
  const typed = LAST_NAME.exec(path)?.[0] ?? '';
  const parent = path.slice(0, path.length - typed.length);
  if (parent === '' && typed === '~') return [['~/'], typed];
  if (typed === '..') return [['../'], typed];
  const folder = expandHome(parent) || '.';
  const names = entriesIn(folder)
    .filter(({ name }) => name.startsWith(typed) && (typed !== '' || !name.startsWith('.')))
    .filter(entry => canBeTyped(entry.name) && isFolder(folder, entry))
    .map(({ name }) => `${name}/`);
  return [names.toSorted(), typed];
}

/** `~` at the beginning of a path is the user's home, as shells have it. A folder of that name is `./~`. */
export function expandHome(path: string): string {
  return path === '~' || path.startsWith('~/') ? homedir() + path.slice(1) : path;
}

const LAST_NAME = sep === '\\' ? /[^\\/]*$/ : /[^/]*$/;

/** Nothing can be offered of a folder that cannot be read or does not exist. */
function entriesIn(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}

function isFolder(parent: string, entry: Dirent): boolean {
  if (!entry.isSymbolicLink()) return entry.isDirectory();
  try {
    return statSync(`${parent}/${entry.name}`).isDirectory();
  } catch {
    return false; // a link that leads nowhere
  }
}

/** Neither control characters nor bytes that are not UTF-8 can be typed, and names are listed as they are. */
function canBeTyped(name: string): boolean {
  return escapeText(name) === name && !name.includes('\ufffd');
}
