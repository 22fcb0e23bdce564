import { type BytePath, join, ROOT, split } from '../files/byte-path.js';
import { type Facts, identityOf, kindOf, sameDevice } from '../files/facts.js';
import { isReserved } from '../files/reserved-names.js';
import { entryCalls } from '../files/system/choose-calls.js';
import { type FolderHandles, standingAt } from '../files/trees/folder-handles.js';
import { foldedName } from '../rules/folded-name.js';
import type { Exclusions } from '../rules/path-patterns.js';
import { namesIn } from './names-in.js';
import { isSpared, type Spared } from './spared.js';

/**
 * Finds what is in a folder of the destination and not in the copy: the source does not have it under any spelling of
 * its name that the destination takes for the same, or the run does not select it there.
 * @returns undefined in between, so that the consumer can pause
 */
export function* extrasIn(
  scope: ExtrasScope,
  folder: BytePath,
): Generator<Found | undefined, void, undefined> {
  const { destination, spared } = scope;
  const missing = new Map<BytePath, Facts>();
  for (const name of namesIn(destination, folder)) {
    yield undefined;
    if (folder === ROOT && isReserved(name)) continue;
    const path = join(folder, name);
    const wanted = wantedInSource(scope, path);
    if (wanted !== undefined) {
      if (isEntered(scope, wanted)) yield folderAt(scope, path);
      continue;
    }
    const facts = standingAt(destination, path);
    if (facts !== undefined && !isSpared(spared, path, facts)) missing.set(name, facts);
  }
  const spelled = yield* otherSpellings(scope, folder, [...missing.keys()]);
  for (const path of new Set(spelled.values())) {
    const wanted = wantedInSource(scope, path);
    if (wanted !== undefined && isEntered(scope, wanted)) yield folderAt(scope, path);
  }
  for (const [name, facts] of missing) {
    const isFolder = kindOf(facts) === 'folder';
    if (!spelled.has(name)) yield { kind: 'extra', path: join(folder, name), isFolder, facts };
  }
}

/** What extras are looked for in. */
export interface ExtrasScope {
  /** Whether links are followed. */
  readonly dereference: boolean;
  /** Whether the copy holds nothing of other file systems than that of the source's root. */
  readonly oneFileSystem: boolean;
  readonly sourceRoot: Facts;
  /** Undefined: all is selected. */
  readonly selection: Selected | undefined;
  readonly filters: Exclusions | undefined;
  readonly source: FolderHandles;
  readonly destination: FolderHandles;
  /** Entries that are never extra. */
  readonly spared: Spared;
}

/** What of the source a run is to copy. */
interface Selected {
  has(path: BytePath): boolean;
}

export type Found =
  /** The copy does not have it. */
  | { readonly kind: 'extra'; readonly path: BytePath; readonly isFolder: boolean; readonly facts: Facts }
  /** A folder that both have: there may be extras in it. */
  | { readonly kind: 'folder'; readonly path: BytePath; readonly isFolder: true };

/** Whether any name in the destination's root stands in the source's too, excluded or not. */
export function hasCommonName(scope: ExtrasScope): boolean {
  const others: BytePath[] = [];
  for (const name of namesIn(scope.destination, ROOT)) {
    if (isReserved(name)) continue;
    if (inSource(scope, name) !== undefined) return true;
    others.push(name);
  }
  const steps = otherSpellings(scope, ROOT, others);
  for (let step = steps.next(); ; step = steps.next()) {
    if (step.done) return step.value.size > 0;
  }
}

/** Facts of what the run copies by this name, if the source has it. */
function wantedInSource(scope: ExtrasScope, path: BytePath): Facts | undefined {
  const { selection, filters } = scope;
  const there = selection?.has(path) === false ? undefined : inSource(scope, path);
  const isWanted = there !== undefined && !filters?.isExcluded(path, kindOf(there) === 'folder');
  return isWanted ? there : undefined;
}

/** As the run sees it: where links are followed, what is behind one, unless that is nothing. */
function inSource({ source, dereference }: ExtrasScope, path: BytePath): Facts | undefined {
  const itself = standingAt(source, path);
  if (itself === undefined || !dereference || kindOf(itself) !== 'link') return itself;
  const [folder, name] = split(path);
  return entryCalls().factsIn(source.place(folder), name, true) ?? itself;
}

/** Whether the copy holds what is in a folder of the source. */
function isEntered({ oneFileSystem, sourceRoot }: ExtrasScope, facts: Facts): boolean {
  return kindOf(facts) === 'folder' && (!oneFileSystem || sameDevice(facts, sourceRoot));
}

/** What stands for such a folder in the destination, if it is one. */
function folderAt(scope: ExtrasScope, path: BytePath): Found | undefined {
  const facts = standingAt(scope.destination, path);
  if (facts === undefined || kindOf(facts) !== 'folder' || isSpared(scope.spared, path, facts))
    return undefined;
  return isLeftEmpty(scope, path)
    ? { kind: 'extra', path, isFolder: true, facts }
    : { kind: 'folder', path, isFolder: true };
}

/** Whether this folder would be in the copy only for what is in it, and nothing of that is copied. */
function isLeftEmpty(scope: ExtrasScope, folder: BytePath): boolean {
  const { filters } = scope;
  if (scope.spared.filters !== undefined || !filters?.isOnlyEntered(folder)) return false;
  // With links followed a folder may lie in itself.
  const seen = new Set<string>();
  const folders = [folder];
  try {
    for (let path = folders.pop(); path !== undefined; path = folders.pop()) {
      for (const name of namesIn(scope.source, path)) {
        const inside = join(path, name);
        const there = wantedInSource(scope, inside);
        if (there === undefined) continue;
        if (kindOf(there) !== 'folder' || !filters.isOnlyEntered(inside)) return false;
        if (!isEntered(scope, there) || seen.has(identityOf(there))) continue;
        seen.add(identityOf(there));
        folders.push(inside);
      }
    }
  } catch (error) {
    filters.rethrow(error);
    // What cannot be read may hold something.
    return false;
  }
  return true;
}

/**
 * A file system that ignores case can list the copy of `FILE` as `file`, and number it otherwise under each name. What
 * shows it: a name of the source that stands in the destination, and is not listed there.
 * @returns of those of the missing names that such a one may be listed as, the path by the source's name
 */
function* otherSpellings(
  scope: ExtrasScope,
  folder: BytePath,
  missing: readonly BytePath[],
): Generator<undefined, Map<BytePath, BytePath>, undefined> {
  const spelled = new Map<BytePath, BytePath>();
  const unlisted = new Map<BytePath, readonly BytePath[]>();
  const alike = groupBy(missing, foldedName);
  for (const name of alike.size === 0 ? [] : sourceNames(scope, folder)) {
    yield undefined;
    const others = alike.get(foldedName(name));
    if (others !== undefined && isKept(scope, join(folder, name))) unlisted.set(name, others);
  }
  for (const name of unlisted.size === 0 ? [] : namesIn(scope.destination, folder)) {
    yield undefined;
    unlisted.delete(name);
  }
  for (const [name, others] of unlisted) {
    const path = join(folder, name);
    if (standingAt(scope.destination, path) === undefined) continue;
    for (const other of others) spelled.set(other, path);
  }
  return spelled;
}

/** Of a folder that the source need not have. */
function sourceNames(scope: ExtrasScope, folder: BytePath): Iterable<BytePath> {
  const facts = folder === ROOT ? undefined : inSource(scope, folder);
  const isThere = folder === ROOT || (facts !== undefined && kindOf(facts) === 'folder');
  return isThere ? namesIn(scope.source, folder) : [];
}

/** Whether the destination keeps the entry with this name of the source: as its copy, or because it is spared. */
function isKept(scope: ExtrasScope, path: BytePath): boolean {
  if (wantedInSource(scope, path) !== undefined) return true;
  const facts = inSource(scope, path);
  return facts !== undefined && !!scope.spared.filters?.isExcluded(path, kindOf(facts) === 'folder');
}

function groupBy<Item, Key>(items: readonly Item[], keyOf: (item: Item) => Key): Map<Key, Item[]> {
  const groups = new Map<Key, Item[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group === undefined) groups.set(keyOf(item), [item]);
    else group.push(item);
  }
  return groups;
}
