import { type BytePath, rawName } from '../../files/byte-path.js';
import { type Failure, failureOf } from '../../files/failure.js';
import { entryCalls } from '../../files/system/choose-calls.js';
import type { FolderPlace } from '../../files/system/entry-calls.js';

export interface FoundName {
  readonly name: BytePath;
  /** Whether it is a folder's for sure. */
  readonly isFolder: boolean;
}

/** All names in an open folder, which stays open. What cannot be read further ends them with a failure. */
export async function namesIn(folder: FolderPlace): Promise<{ names: FoundName[]; failure?: Failure }> {
  const found: FoundName[] = [];
  const names = entryCalls().names(folder, 'keep open');
  try {
    for (;;) {
      const ready = names.ready?.();
      if (ready !== undefined) await ready;
      const name = names.next();
      if (name === undefined) return { names: found };
      found.push({ name: rawName(name), isFolder: names.isFolder });
    }
  } catch (error) {
    return { names: found, failure: failureOf(error) };
  } finally {
    names.close();
  }
}
