import { type BytePath, rawName } from '../../files/byte-path.js';
import { type Failure, failureOf } from '../../files/failure.js';
import { entryCalls } from '../../files/system/choose-calls.js';
import type { FolderPlace } from '../../files/system/entry-calls.js';
import type { WaitProbe } from '../context/wait-probe.js';

export interface FoundName {
  readonly name: BytePath;
  /** Whether it is a folder's for sure. */
  readonly isFolder: boolean;
}

/**
 * All names in an open folder, which stays open. What cannot be read further ends them with a failure.
 * @param probe measures what the first of them take, which holds the process up
 */
export async function namesIn(
  folder: FolderPlace,
  probe: WaitProbe | undefined,
): Promise<{ names: FoundName[]; failure?: Failure }> {
  const found: FoundName[] = [];
  const names = entryCalls().names(folder, 'keep open');
  let isProbing = probe !== undefined;
  try {
    for (;;) {
      const ready = isProbing ? undefined : names.ready?.();
      if (ready !== undefined) await ready;
      const name = isProbing ? probe?.time(() => names.next()) : names.next();
      isProbing = false;
      if (name === undefined) return { names: found };
      found.push({ name: rawName(name), isFolder: names.isFolder });
    }
  } catch (error) {
    return { names: found, failure: failureOf(error) };
  } finally {
    names.close();
  }
}
