import { constants, copyFileSync } from 'node:fs';
import { type Facts, permissionsOf } from '../common/facts.js';
import { codeOf, EntryError, step } from '../common/failure.js';
import type { Reflink } from '../common/messages.js';
import type { OpenFiles } from './metadata.js';
import { platformCalls } from './platform-calls.js';

/** Lets files share their blocks with the source's, and remembers between which file systems that cannot be. */
export class Clones {
  readonly #impossible = new Set<string>();

  /**
   * @param files the target empty
   * @returns whether the target now is a clone; false: its content has to be copied
   * @throws {EntryError} with `always`, where it cannot be cloned
   */
  clone({ source, target, traits, createdMode }: OpenFiles, facts: Facts, reflink: Reflink): boolean {
    const pair = `${facts.dev} ${traits.dev}`;
    // In plain Node cloning opens the target to all that may read the source.
    const mayOpen = createdMode === permissionsOf(facts);
    if (reflink === 'never' || (reflink === 'auto' && this.#impossible.has(pair))) return false;
    try {
      share(source, target, mayOpen);
      return true;
    } catch (error) {
      if (reflink === 'always')
        return step('cannot be cloned', () => {
          throw error;
        });
      const code = codeOf(error) ?? '';
      if (!NOT_CLONED.has(code)) throw error;
      if (!OF_ONE_FILE.has(code)) this.#impossible.add(pair);
      return false;
    }
  }
}

/** Where a file is streamed instead; all but a few of these are about the two file systems. */
const NOT_CLONED = new Set([
  'EOPNOTSUPP',
  'ENOTSUP',
  'EXDEV',
  'ENOTTY',
  'ENOSYS',
  'EINVAL',
  'EPERM',
  'ETXTBSY',
]);

/** Of the wrong kind; one that may not be changed; one that is swapped to. */
const OF_ONE_FILE = new Set(['EINVAL', 'EPERM', 'ETXTBSY']);

function share(source: number, target: number, mayOpen: boolean): void {
  const calls = platformCalls();
  if (calls !== undefined) calls.clone(source, target);
  else if (process.platform !== 'linux')
    throw new EntryError('ENOSYS', 'cloning has been built for Linux only');
  else if (!mayOpen)
    throw new EntryError('EPERM', 'in plain Node it would be open to others before it has its owner');
  else copyFileSync(`/proc/self/fd/${source}`, `/proc/self/fd/${target}`, constants.COPYFILE_FICLONE_FORCE);
}
