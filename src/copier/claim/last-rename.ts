import { lstatSync, renameSync } from 'node:fs';
import { dirname } from 'node:path';
import { type BytePath, native } from '../../files/byte-path.js';
import { codeOf } from '../../files/failure.js';
import { MARK_NAME, temporaryName } from '../../files/reserved-names.js';
import { unlinkIfThere } from '../../files/system/path-calls.js';
import { syncFolder } from '../../folders/sync-folder.js';
import type { Places } from '../request/places.js';
import { renameByEntries } from './rename-by-entries.js';

/**
 * Gives a finished `.partial` its final name.
 * @returns whether it is the same folder still: one that could not be renamed has been made anew
 * @throws where something has taken that name meanwhile
 */
export function giveFinalName(
  { partialRoot, destinationRoot }: Places,
  { fsync, runId }: { fsync: boolean; runId: string },
): 'renamed' | 'made anew' {
  if (fsync) syncFolder(native(partialRoot));
  if (lstatSync(native(destinationRoot), { throwIfNoEntry: false }) !== undefined) {
    throw Object.assign(new Error('EEXIST: something else has taken its name'), { code: 'EEXIST' });
  }
  try {
    renameSync(native(partialRoot), native(destinationRoot));
    return 'renamed';
  } catch (error) {
    if (codeOf(error) !== 'EXDEV') throw error;
    renameByEntries(partialRoot, destinationRoot, temporaryName(runId));
    return 'made anew';
  }
}

/**
 * Removes the mark of a copy that has its final name: with `fsync`, only once that name is on the disk.
 * @returns false where the place does not see to that
 */
export function removeMark(destinationRoot: BytePath, { fsync }: { fsync: boolean }): boolean {
  const isSynced = !fsync || syncFolder(native(dirname(destinationRoot)));
  unlinkIfThere(native(`${destinationRoot}/${MARK_NAME}`));
  return isSynced;
}
