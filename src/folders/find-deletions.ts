import { type BytePath, join, native, split } from '../files/byte-path.js';
import { FactsColumn } from '../files/facts-column.js';
import { failedStep, failureOf } from '../files/failure.js';
import { NameColumn } from '../files/name-column.js';
import { stat } from '../files/system/stat.js';
import { standingAt } from '../files/trees/folder-handles.js';
import type { DeletionLook, FoundDeletions, ToDelete, UnseenExtra } from '../protocol/deletions.js';
import { type ExtrasScope, extrasIn } from './extras.js';
import { namesIn } from './names-in.js';
import { openToOwner } from './open-to-owner.js';
import { isSpared } from './spared.js';

/** Where is looked for what is to go; without a source only in folders that go themselves. */
export type DeletionScope = ExtrasScope | Pick<ExtrasScope, 'destination' | 'spared'>;

/** Looks in one folder of the destination for what is to go: the parent itself, or where storage is slow, a worker. */
export function* findDeletions(
  scope: DeletionScope,
  look: DeletionLook,
): Generator<undefined, FoundDeletions, undefined> {
  try {
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

function* findExtras(
  scope: ExtrasScope,
  { folder, opens }: DeletionLook,
): Generator<undefined, ToDelete, undefined> {
  const [names, facts] = [new NameColumn(), new FactsColumn()];
  const folders: BytePath[] = [];
  for (const found of extrasIn(scope, folder)) {
    if (found === undefined) yield undefined;
    else if (found.kind === 'folder') folders.push(found.path);
    else {
      names.push(split(found.path)[1]);
      facts.push(found.facts);
    }
  }
  const source = names.length > 0 ? stat(native(`${scope.source.at(folder)}.`)) : undefined;
  if (opens && source !== undefined) openToOwner(scope.destination, folder);
  return { ...NOTHING, names: names.packed(), facts: facts.packed(), folders, source };
}

function* findInExtra(
  { destination, spared }: Pick<ExtrasScope, 'destination' | 'spared'>,
  { folder, opens }: DeletionLook,
): Generator<undefined, ToDelete, undefined> {
  const permissions = opens ? openToOwner(destination, folder) : 0;
  const [names, facts] = [new NameColumn(), new FactsColumn()];
  const unseen: UnseenExtra[] = [];
  let holdsSpared = false;
  for (const name of namesIn(destination, folder)) {
    yield undefined;
    const path = join(folder, name);
    try {
      const itself = standingAt(destination, path);
      if (itself === undefined) continue;
      if (isSpared(spared, path, itself)) holdsSpared = true;
      else {
        names.push(name);
        facts.push(itself);
      }
    } catch (error) {
      spared.filters?.rethrow(error);
      unseen.push({ name, failure: failureOf(failedStep('cannot be deleted', error)) });
    }
  }
  const found = { names: names.packed(), facts: facts.packed(), unseen };
  return { ...NOTHING, ...found, holdsSpared, permissions };
}

const NOTHING = {
  kind: 'found',
  unseen: [],
  folders: [],
  holdsSpared: false,
  permissions: 0,
  source: undefined,
} as const;
