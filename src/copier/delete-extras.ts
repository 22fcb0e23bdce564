import { opendirSync, rmdirSync, unlinkSync } from 'node:fs';
import { type BytePath, join, NAME_ENCODING, native, ROOT, rawName, split } from '../common/byte-path.js';
import { type Facts, identityOf, kindOf, sameDevice } from '../common/facts.js';
import { codeOf, type Failure, failureOf } from '../common/failure.js';
import type { FolderHandles } from '../common/folder-handles.js';
import { isReserved } from '../common/reserved-names.js';
import { lstat, lstatIfThere, stat } from '../common/stat.js';
import { openToOwner } from './open-to-owner.js';

export type Deletion =
  | { readonly kind: 'deleted'; readonly path: BytePath }
  | { readonly kind: 'failed'; readonly path: BytePath; readonly failure: Failure }
  /** Something in this folder was deleted, so that its times have to be set anew. */
  | { readonly kind: 'touched'; readonly folder: BytePath; readonly facts: Facts };

export interface Trees {
  readonly source: FolderHandles;
  readonly destination: FolderHandles;
  /** Whether links in the source are followed. */
  readonly dereference: boolean;
  /** Whether the run copies an entry of this path; what it does not is an extra. Left out: it copies all. */
  readonly isSelected?: (path: BytePath) => boolean;
  /** Only folders on this one's device were entered in the source; undefined: all were. */
  readonly onlyDeviceOf: Facts | undefined;
}

/**
 * Removes from the destination what the source does not have, links as links; yields each removal.
 * @param remove false: only tells what would be removed
 */
export function* deleteExtras(trees: Trees, remove: boolean): Generator<Deletion, void, undefined> {
  const folders: BytePath[] = [ROOT];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    try {
      const { extras, subfolders } = compareFolder(trees, folder);
      folders.push(...subfolders);
      if (extras.length === 0) continue;
      const facts = stat(`${trees.source.at(folder)}.`);
      if (remove) openToOwner(trees.destination, folder);
      for (const name of extras) yield* removeTree(trees.destination, join(folder, name), remove);
      yield { kind: 'touched', folder, facts };
    } catch (error) {
      yield { kind: 'failed', path: folder, failure: failureOf(error) };
    }
  }
}

/** Removes whatever stands at `path`, a folder with all that is in it. */
export function* removeTree(
  destination: FolderHandles,
  path: BytePath,
  remove: boolean,
): Generator<Extract<Deletion, { kind: 'deleted' | 'failed' }>, void, undefined> {
  // Each folder is met twice: first what is in it is put on the stack above it, then it goes itself.
  const stack: { path: BytePath; emptied: boolean }[] = [{ path, emptied: false }];
  for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
    const [folder, name] = split(top.path);
    try {
      const place = native(destination.at(folder) + name);
      if (kindOf(lstat(place)) !== 'folder') {
        if (remove) unlinkSync(place);
      } else if (top.emptied) {
        destination.forget(top.path);
        if (remove) rmdirSync(place);
      } else {
        if (remove) openToOwner(destination, top.path);
        stack.push({ path: top.path, emptied: true });
        for (const child of namesIn(destination.at(top.path))) {
          stack.push({ path: join(top.path, child), emptied: false });
        }
        continue;
      }
      yield { kind: 'deleted', path: top.path };
    } catch (error) {
      yield { kind: 'failed', path: top.path, failure: failureOf(error) };
    }
  }
}

function compareFolder(trees: Trees, folder: BytePath): { extras: BytePath[]; subfolders: BytePath[] } {
  const from = trees.source.at(folder);
  const to = trees.destination.at(folder);
  const missing: BytePath[] = [];
  const subfolders: BytePath[] = [];
  for (const name of namesIn(to)) {
    if (folder === ROOT && isReserved(name)) continue;
    const there = isWanted(trees, folder, name) ? inSource(trees, from + name) : undefined;
    if (there === undefined) missing.push(name);
    else if (isEnteredFolder(trees, there) && kindOf(statOf(to + name)) === 'folder') {
      subfolders.push(join(folder, name));
    }
  }
  const spelled =
    missing.length === 0 ? new Map<BytePath, BytePath>() : otherSpellings(trees, folder, missing);
  for (const [standing, name] of spelled) {
    const there = inSource(trees, from + name);
    const isFolder = kindOf(statOf(to + standing)) === 'folder';
    if (isFolder && there !== undefined && isEnteredFolder(trees, there)) subfolders.push(join(folder, name));
  }
  return { extras: missing.filter(name => !spelled.has(name)), subfolders };
}

function isWanted({ isSelected }: Trees, folder: BytePath, name: BytePath): boolean {
  return isSelected?.(join(folder, name)) ?? true;
}

function isEnteredFolder({ onlyDeviceOf }: Trees, facts: Facts): boolean {
  return kindOf(facts) === 'folder' && (onlyDeviceOf === undefined || sameDevice(facts, onlyDeviceOf));
}

/**
 * A file system that ignores case can list the copy of `FILE` as `file`: what a name of the source leads to
 * in the destination is no extra, however it is spelled there.
 * @returns by the name that stands in the destination the source's own
 */
function otherSpellings(
  trees: Trees,
  folder: BytePath,
  missing: readonly BytePath[],
): Map<BytePath, BytePath> {
  const from = trees.source.at(folder);
  const to = trees.destination.at(folder);
  const inodes = new Map<string, BytePath>();
  for (const name of missing) inodes.set(identityOf(statOf(to + name)), name);
  const spelled = new Map<BytePath, BytePath>();
  for (const name of namesIn(from)) {
    if (!isWanted(trees, folder, name)) continue;
    const copy = lstatIfThere(native(to + name));
    const other = copy === undefined ? undefined : inodes.get(identityOf(copy));
    if (other !== undefined && isSpelledAs(other, name)) spelled.set(other, name);
  }
  return spelled;
}

/** Another hard link to the same file is an extra all the same. */
function isSpelledAs(standing: BytePath, wanted: BytePath): boolean {
  const folded = (name: BytePath) =>
    Buffer.from(name, NAME_ENCODING).toString('utf8').normalize('NFKC').toLowerCase();
  return folded(standing) === folded(wanted);
}

function inSource({ dereference }: Trees, path: string): Facts | undefined {
  const itself = lstatIfThere(native(path));
  if (itself === undefined || !dereference || kindOf(itself) !== 'link') return itself;
  try {
    return stat(native(path));
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return itself;
    throw error;
  }
}

function statOf(path: string): Facts {
  return lstat(native(path));
}

function* namesIn(folder: string): Generator<BytePath, void, undefined> {
  const directory = opendirSync(native(folder), { encoding: NAME_ENCODING });
  try {
    for (let found = directory.readSync(); found !== null; found = directory.readSync())
      yield rawName(found.name);
  } finally {
    directory.closeSync();
  }
}
