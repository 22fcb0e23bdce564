import { type BytePath, rawName } from '../files/byte-path.js';
import type { FolderHandles } from '../files/trees/folder-handles.js';

/** The names in a folder of a tree, read as they are asked for. */
export function* namesIn(tree: FolderHandles, folder: BytePath): Generator<BytePath, void, undefined> {
  const { names } = tree.openNames(folder);
  try {
    for (let name = names.next(); name !== undefined; name = names.next()) yield rawName(name);
  } finally {
    names.close();
  }
}
