import { type BytePath, join, ROOT } from '../../files/byte-path.js';
import { kindOf } from '../../files/facts.js';
import { codeOf } from '../../files/failure.js';
import { isReserved } from '../../files/reserved-names.js';
import { type FolderHandles, standingAt } from '../../files/trees/folder-handles.js';
import { namesIn } from '../../folders/names-in.js';
import { isSpared, type Spared } from '../../folders/spared.js';

/** Counts what a destination holds, excluded entries included, its root not. Yields the number of each step. */
export function* countEntries(
  destination: FolderHandles,
  spared: Spared,
): Generator<number, void, undefined> {
  const notEntered = { ...spared, filters: undefined };
  const folders: BytePath[] = [ROOT];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    for (const name of readableNamesIn(destination, folder)) {
      if (folder === ROOT && isReserved(name)) continue;
      const path = join(folder, name);
      if (path === spared.backup?.path) continue;
      yield 1;
      const facts = standingAt(destination, path);
      const isFolder = facts !== undefined && kindOf(facts) === 'folder';
      if (isFolder && !isSpared(notEntered, path, facts)) folders.push(path);
    }
  }
}

/** What cannot be read is not counted: the rest is then a larger share of the whole. */
function* readableNamesIn(
  destination: FolderHandles,
  folder: BytePath,
): Generator<BytePath, void, undefined> {
  try {
    yield* namesIn(destination, folder);
  } catch (error) {
    if (codeOf(error) !== 'EACCES') throw error;
  }
}
