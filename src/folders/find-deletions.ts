import { type BytePath, join, native, ROOT, split } from '../files/byte-path.js';
import { type Facts, kindOf, sameInode } from '../files/facts.js';
import { FactsColumn } from '../files/facts-column.js';
import { EntryError, failedStep, failureOf } from '../files/failure.js';
import { NameColumn } from '../files/name-column.js';
import { entryCalls } from '../files/system/choose-calls.js';
import { stat } from '../files/system/stat.js';
import { type FolderHandles, standingAt } from '../files/trees/folder-handles.js';
import type { DeletionLook, FoundDeletions, ToDelete, UnseenExtra } from '../protocol/deletions.js';
import { type ExtrasScope, extrasIn } from './extras.js';
import { namesIn } from './names-in.js';
import { openToOwner } from './open-to-owner.js';
import { isSpared, isSparedFolder, type Spared } from './spared.js';

/** Where is looked for what is to go; without a source only in folders that go themselves. */
export type DeletionScope = ExtrasScope | Pick<ExtrasScope, 'destination' | 'spared'>;

/** Looks in one folder of the destination for what is to go: the parent itself, or where storage is slow, a worker. */
export function* findDeletions(
  scope: DeletionScope,
  look: DeletionLook,
): Generator<undefined, FoundDeletions, undefined> {
  try {
    if (isSparedByNow(scope, look.folder)) return { kind: 'spared' };
    if (look.isExtra) return yield* findInExtra(scope, look);
    if (!('source' in scope)) throw new TypeError('without a source nothing is known to be extra');
    return yield* findExtras(scope, look);
  } catch (error) {
    scope.spared.filters?.rethrow(error);
    if ('filters' in scope) scope.filters?.rethrow(error);
    const what = look.isExtra ? 'cannot be deleted' : 'its extra entries cannot be deleted';
    return { kind: 'failed', failure: failureOf(failedStep(what, error)) };
  }
}

/** Since it was looked at, another file system or the source may have been mounted there. */
function isSparedByNow(
  { destination, spared }: { readonly destination: FolderHandles; readonly spared: Spared },
  folder: BytePath,
): boolean {
  return folder !== ROOT && isSparedFolder(spared, entryCalls().factsOfFolder(destination.place(folder)));
}

function* findExtras(
  scope: ExtrasScope,
  { folder, opens }: DeletionLook,
): Generator<undefined, ToDelete, undefined> {
  checkSource(scope);
  const goes = new Gathered();
  const shared: BytePath[] = [];
  for (const found of extrasIn(scope, folder)) {
    if (found === undefined) yield undefined;
    else if (found.kind === 'folder') shared.push(found.path);
    else goes.add(split(found.path)[1], found.facts);
  }
  const source = goes.isEmpty ? undefined : stat(native(`${scope.source.at(folder)}.`));
  if (opens && source !== undefined) openToOwner(scope.destination, folder);
  return { ...goes.packed(), unseen: [], shared, holdsSpared: false, source };
}

/** Another folder in its place, such as an empty mount point, would have everything removed. */
function checkSource({ source, sourceRoot }: ExtrasScope): void {
  if (sameInode(entryCalls().factsOfFolder(source.place(ROOT)), sourceRoot)) return;
  throw new EntryError('CHANGED', 'the source is no longer the folder that was copied');
}

function* findInExtra(
  { destination, spared }: Pick<ExtrasScope, 'destination' | 'spared'>,
  { folder, opens }: DeletionLook,
): Generator<undefined, ToDelete, undefined> {
  if (opens) openToOwner(destination, folder);
  const goes = new Gathered();
  const unseen: UnseenExtra[] = [];
  let holdsSpared = false;
  for (const name of namesIn(destination, folder)) {
    yield undefined;
    const path = join(folder, name);
    try {
      const itself = standingAt(destination, path);
      if (itself === undefined) continue;
      if (isSpared(spared, path, itself)) holdsSpared = true;
      else goes.add(name, itself);
    } catch (error) {
      spared.filters?.rethrow(error);
      unseen.push({ name, failure: failureOf(failedStep('cannot be deleted', error)) });
    }
  }
  return { ...goes.packed(), unseen, shared: [], holdsSpared, source: undefined };
}

/** What goes. Facts are kept of folders alone: a folder may hold very many files. */
class Gathered {
  readonly #names = new NameColumn();
  readonly #folders = new NameColumn();
  readonly #facts = new FactsColumn();

  get isEmpty(): boolean {
    return this.#names.length + this.#folders.length === 0;
  }

  add(name: BytePath, facts: Facts): void {
    if (kindOf(facts) !== 'folder') {
      this.#names.push(name);
      return;
    }
    this.#folders.push(name);
    this.#facts.push(facts);
  }

  packed(): Pick<ToDelete, 'kind' | 'names' | 'folders' | 'facts'> {
    return {
      kind: 'found',
      names: this.#names.packed(),
      folders: this.#folders.packed(),
      facts: this.#facts.packed(),
    };
  }
}
