import { type BytePath, join, NAME_ENCODING, native, ROOT, split } from '../../files/byte-path.js';
import { type Device, type Facts, identityOf, kindOf, sameDevice, sameInode } from '../../files/facts.js';
import { codeOf, failureOf } from '../../files/failure.js';
import { isReserved } from '../../files/reserved-names.js';
import { type FolderHandles, openFolderHandles } from '../../files/system/folder-handles.js';
import { lstat, lstatIfThere, stat } from '../../files/system/stat.js';
import type { Filters } from '../listing/filters.js';
import type { Selection } from '../listing/selection.js';
import type { CopySettings } from '../request/options.js';
import type { Places } from '../request/places.js';
import { namesIn } from './names-in.js';
import { openToOwner } from './open-to-owner.js';
import { type Removal, removeTree } from './remove-tree.js';

export type Deletion =
  | Removal
  /** Something in this folder was deleted, so that its times have to be set anew. */
  | { readonly kind: 'touched'; readonly folder: BytePath; readonly facts: Facts };

export interface Trees {
  readonly source: FolderHandles;
  readonly destination: FolderHandles;
  /** Whether links in the source are followed. */
  readonly dereference: boolean;
  /** What the run does not select is an extra. */
  readonly selection?: Selection | undefined;
  readonly filters?: Filters | undefined;
  /** Whether what the filters exclude is left alone in the destination; else it is an extra as well. */
  readonly sparesExcluded: boolean;
  /**
   * Only folders on this one's device were entered in the source, and what else is mounted in the destination is left
   * alone; undefined: all were, and nothing is.
   */
  readonly onlyDeviceOf: Facts | undefined;
}

/**
 * Removes from the destination what the source does not have; yields each removal.
 * @returns undefined where the source is not the folder any more that was copied: an empty place where a disk was
 *   mounted would have everything removed
 */
export function sweep(
  places: Places,
  settings: CopySettings,
  destination: FolderHandles,
  chosen: Pick<Trees, 'selection' | 'filters' | 'sparesExcluded'>,
): Generator<Deletion, void, undefined> | undefined {
  return isSourceAsBefore(places) ? deletions(places, settings, destination, chosen) : undefined;
}

function* deletions(
  { sourceRoot, sourceFacts }: Places,
  { dereference, oneFileSystem }: CopySettings,
  destination: FolderHandles,
  chosen: Pick<Trees, 'selection' | 'filters' | 'sparesExcluded'>,
): Generator<Deletion, void, undefined> {
  const source = openFolderHandles(sourceRoot, dereference);
  const onlyDeviceOf = oneFileSystem ? sourceFacts : undefined;
  try {
    yield* deleteExtras({ source, destination, dereference, onlyDeviceOf, ...chosen }, true);
  } finally {
    source.close();
  }
}

function isSourceAsBefore({ sourceRoot, sourceFacts }: Places): boolean {
  try {
    return sameInode(stat(native(sourceRoot)), sourceFacts);
  } catch {
    return false;
  }
}

/**
 * Removes from the destination what the source does not have, links as links; yields each removal.
 * @param remove false: only tells what would be removed
 */
export function* deleteExtras(trees: Trees, remove: boolean): Generator<Deletion, void, undefined> {
  const onlyOn = trees.onlyDeviceOf && stat(native(`${trees.destination.at(ROOT)}.`));
  const spared = { filters: trees.sparesExcluded ? trees.filters : undefined, onlyOn };
  const folders: BytePath[] = [ROOT];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    try {
      const { extras, subfolders } = compareFolder(trees, folder, onlyOn);
      for (const subfolder of subfolders) {
        if (isLeftEmpty(trees, subfolder)) extras.push(split(subfolder)[1]);
        else folders.push(subfolder);
      }
      if (extras.length === 0) continue;
      const facts = stat(native(`${trees.source.at(folder)}.`));
      if (remove) openToOwner(trees.destination, folder);
      for (const name of extras) yield* removeTree(trees.destination, join(folder, name), remove, spared);
      yield { kind: 'touched', folder, facts };
    } catch (error) {
      yield { kind: 'failed', path: folder, failure: failureOf(error) };
    }
  }
}

function compareFolder(
  trees: Trees,
  folder: BytePath,
  onlyOn: Device | undefined,
): { extras: BytePath[]; subfolders: BytePath[] } {
  const from = trees.source.at(folder);
  const to = trees.destination.at(folder);
  const missing: BytePath[] = [];
  const subfolders: BytePath[] = [];
  for (const name of namesIn(to)) {
    const path = join(folder, name);
    if (folder === ROOT && isReserved(name)) continue;
    if (isSpared(trees, path, to + name) || isElsewhere(to + name, onlyOn)) continue;
    const there = wantedInSource(trees, path, from + name);
    if (there === undefined) missing.push(name);
    else if (isEnteredFolder(trees, there) && isFolder(to + name)) subfolders.push(path);
  }
  const spelled =
    missing.length === 0 ? new Map<BytePath, BytePath>() : otherSpellings(trees, folder, missing);
  for (const [standing, name] of spelled) {
    const there = wantedInSource(trees, join(folder, name), from + name);
    if (there !== undefined && isEnteredFolder(trees, there) && isFolder(to + standing))
      subfolders.push(join(folder, name));
  }
  return { extras: missing.filter(name => !spelled.has(name)), subfolders };
}

function isSpared({ filters, sparesExcluded }: Trees, path: BytePath, place: string): boolean {
  return sparesExcluded && (filters?.isExcluded(path, isFolder(place)) ?? false);
}

function isElsewhere(place: string, onlyOn: Device | undefined): boolean {
  if (onlyOn === undefined) return false;
  const facts = statOf(place);
  return kindOf(facts) === 'folder' && !sameDevice(facts, onlyOn);
}

/** What the run copies of the source, if it stands there. */
function wantedInSource(trees: Trees, path: BytePath, place: string): Facts | undefined {
  if (trees.selection?.has(path) === false) return undefined;
  const there = inSource(trees, place);
  if (there === undefined) return undefined;
  return trees.filters?.isExcluded(path, kindOf(there) === 'folder') ? undefined : there;
}

/** Whether this folder would be in the copy only for what is in it, and nothing of that is copied. */
function isLeftEmpty(trees: Trees, folder: BytePath): boolean {
  const { filters, sparesExcluded } = trees;
  if (sparesExcluded || !filters?.isOnlyEntered(folder)) return false;
  // With links followed a folder may lie in itself.
  const seen = new Set<string>();
  const folders = [folder];
  try {
    for (let path = folders.pop(); path !== undefined; path = folders.pop()) {
      const from = trees.source.at(path);
      for (const name of namesIn(from)) {
        const there = wantedInSource(trees, join(path, name), from + name);
        if (there === undefined) continue;
        if (kindOf(there) !== 'folder' || !filters.isOnlyEntered(join(path, name))) return false;
        if (!isEnteredFolder(trees, there) || seen.has(identityOf(there))) continue;
        seen.add(identityOf(there));
        folders.push(join(path, name));
      }
    }
  } catch {
    // What cannot be read may hold something.
    return false;
  }
  return true;
}

function isEnteredFolder({ onlyDeviceOf }: Trees, facts: Facts): boolean {
  return kindOf(facts) === 'folder' && (onlyDeviceOf === undefined || sameDevice(facts, onlyDeviceOf));
}

function isFolder(place: string): boolean {
  return kindOf(statOf(place)) === 'folder';
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
    // What is spared by the source's name stays under any.
    const path = join(folder, name);
    if (!isSpared(trees, path, from + name) && wantedInSource(trees, path, from + name) === undefined)
      continue;
    const copy = lstatIfThere(native(to + name));
    const other = copy === undefined ? undefined : inodes.get(identityOf(copy));
    if (other !== undefined && other !== name && isSpelledAs(other, name)) spelled.set(other, name);
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
