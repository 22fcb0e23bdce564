import { chmodSync, lstatSync, mkdirSync, unlinkSync } from 'node:fs';
import { type BytePath, native } from '../common/byte-path.js';
import { kindOf, permissionsOf } from '../common/facts.js';
import { codeOf, EntryError, step } from '../common/failure.js';
import type { FolderHandles } from '../common/folder-handles.js';

/**
 * Makes sure that a real folder stands at `parent`/`name` in the destination and can be written in.
 * It is closed to all others until it gets its own mode, after its content.
 * @param fresh whether nothing stood in the destination before this run
 * @returns whether it stood there before
 * @throws {EntryError} NAME_COLLISION where the file system takes two names of the source for one
 */
export function makeFolder(
  handles: FolderHandles,
  parent: BytePath,
  name: BytePath,
  fresh: boolean,
): boolean {
  const path = native(handles.at(parent) + name);
  if (step('cannot be made', () => makeIfFree(path))) return false;
  if (fresh)
    throw new EntryError('NAME_COLLISION', 'the destination takes its name for that of another entry');
  const standing = lstatSync(path, { bigint: true });
  if (kindOf(standing) === 'folder') {
    openToOwner(path, permissionsOf(standing));
    return true;
  }
  step('cannot replace what stands in its place', () => {
    unlinkSync(path);
    mkdirSync(path, PRIVATE);
  });
  return false;
}

const PRIVATE = 0o700;

function makeIfFree(path: string | Buffer): boolean {
  try {
    mkdirSync(path, PRIVATE);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
}

/** A folder without write permission is filled all the same, as long as it is ours; its mode comes at the end. */
function openToOwner(path: string | Buffer, permissions: number): void {
  if ((permissions & PRIVATE) === PRIVATE) return;
  try {
    chmodSync(path, permissions | PRIVATE);
  } catch (error) {
    // Somebody else's folder: what cannot be written in it fails by itself, with its own path.
    if (codeOf(error) !== 'EPERM') throw error;
  }
}
