import { constants, copyFileSync } from 'node:fs';
import { type Device, type Facts, permissionsOf, sameDevice } from '../../files/facts.js';
import { codeOf, EntryError, step } from '../../files/failure.js';
import { HAS_DESCRIPTOR_PATHS } from '../../files/system/descriptor-paths.js';
import { platformCalls } from '../../files/system/platform-calls.js';
import type { Reflink } from '../../protocol/messages.js';
import type { OpenFiles } from '../metadata/metadata.js';

/** Lets files share their blocks with the source's, and remembers between which file systems that cannot be. */
export class Clones {
  readonly #impossible: { readonly source: Device; readonly target: Device }[] = [];

  /**
   * @param files the target empty
   * @returns whether the target now is a clone; false: its content has to be copied
   * @throws {EntryError} with `always`, where it cannot be cloned
   */
  clone({ source, target, traits, createdMode }: OpenFiles, facts: Facts, reflink: Reflink): boolean {
    // In plain Node cloning opens the target to all that may read the source.
    const mayOpen = createdMode === permissionsOf(facts);
    if (reflink === 'never' || (reflink === 'auto' && this.isImpossible(facts, traits.folder))) return false;
    try {
      share(source, target, mayOpen);
      return true;
    } catch (error) {
      if (reflink === 'always')
        return step('cannot be cloned', () => {
          throw error;
        });
      const code = codeOf(error) ?? '';
      if (HOPELESS.has(code)) throw error;
      if (!OF_ONE_FILE.has(code)) this.#impossible.push({ source: facts, target: traits.folder });
      return false;
    }
  }

  /** Whether files cannot be cloned between these file systems, as far as is known yet. */
  isImpossible(source: Device, target: Device): boolean {
    for (const pair of this.#impossible) {
      if (sameDevice(pair.source, source) && sameDevice(pair.target, target)) return true;
    }
    return false;
  }
}

/** What streaming would meet as well. */
const HOPELESS = new Set(['EIO', 'ENOMEM', 'ENOSPC', 'EDQUOT']);

/** Of the wrong kind; one that may not be changed; one that is swapped to. All else is about the two file systems. */
const OF_ONE_FILE = new Set(['EINVAL', 'EPERM', 'EACCES', 'ETXTBSY']);

function share(source: number, target: number, mayOpen: boolean): void {
  const calls = platformCalls();
  if (calls !== undefined) calls.clone(source, target);
  else if (!HAS_DESCRIPTOR_PATHS)
    throw new EntryError('ENOSYS', 'cloning has been built for Linux with /proc only');
  else if (!mayOpen)
    throw new EntryError('EPERM', 'in plain Node it would be open to others before it has its owner');
  else copyFileSync(`/proc/self/fd/${source}`, `/proc/self/fd/${target}`, constants.COPYFILE_FICLONE_FORCE);
}
