import { join } from '../../files/byte-path.js';
import { copyOf, kindOf } from '../../files/facts.js';
import { FactsRow } from '../../files/facts-column.js';
import type { FileRun } from '../../files/file-run.js';
import { nameAt } from '../../files/name-column.js';
import type { ReadFolder } from '../../protocol/readings.js';
import type { Listed } from './listed.js';
import type { OpenFolder } from './open-folder.js';
import type { Scope } from './scope.js';

/**
 * The steps of a walk through what a worker has read of a folder; its subfolders have their turn later.
 * @param run empty; filled anew for each step
 */
export function* readRows(
  folder: OpenFolder,
  reading: ReadFolder,
  scope: Scope,
  run: FileRun,
): Generator<Listed, void, undefined> {
  const { names, facts, same, unseen } = reading;
  let isSame: number[] = [];
  const files = function* (): Generator<Listed, void, undefined> {
    if (run.length === 0) return;
    yield { kind: 'files', folder: folder.path, run, same: Uint8Array.from(isSame) };
    run.clear();
    isSame = [];
  };
  const itsFacts = new FactsRow(facts);
  for (let row = 0; row < names.ends.length; row += 1) {
    const name = nameAt(names, row);
    itsFacts.moveTo(row);
    const kind = kindOf(itsFacts);
    folder.namesRead += 1;
    if (scope.isExcluded(folder.path, name, kind === 'folder')) continue;
    if (kind === 'folder') {
      folder.addSubfolder(name, itsFacts);
    } else if (kind === 'file' && scope.inRuns) {
      run.pushRow(names, row, itsFacts);
      isSame.push(same[row] ?? 0);
      if (run.isFull) yield* files();
    } else {
      const strays = scope.strays(folder.path, name);
      yield* strays;
      const entry = { kind, folder: folder.path, name, facts: copyOf(itsFacts), isSame: same[row] === 1 };
      if (strays.length === 0) yield { kind: 'entry', entry };
    }
  }
  yield* files();
  for (const { name, isFolder, failure } of unseen) {
    folder.namesRead += 1;
    if (scope.isExcluded(folder.path, name, isFolder)) continue;
    yield { kind: 'failed', path: join(folder.path, name), isFolder, failure };
  }
}
