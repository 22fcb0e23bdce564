import { closeSync, fsyncSync, lstatSync, openSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { type BytePath, native, rawName } from '../../files/byte-path.js';
import { MARK_NAME } from '../../files/reserved-names.js';
import { isAccepted } from '../../rules/keep.js';
import type { Places } from '../request/places.js';

/** Gives a finished `.partial` its final name. @throws where something has taken that name meanwhile */
export function giveFinalName({ partialRoot, destinationRoot }: Places, fsync: boolean): void {
  if (fsync) syncFolder(partialRoot);
  if (lstatSync(native(destinationRoot), { throwIfNoEntry: false }) !== undefined) {
    throw Object.assign(new Error('EEXIST: something else has taken its name'), { code: 'EEXIST' });
  }
  renameSync(native(partialRoot), native(destinationRoot));
}

/** Of a copy that has its final name; only once that is on the disk, if asked. */
export function removeMark(destinationRoot: BytePath, fsync: boolean): void {
  if (fsync) syncFolder(rawName(dirname(destinationRoot)));
  rmSync(native(`${destinationRoot}/${MARK_NAME}`), { force: true });
}

export function syncFolder(path: BytePath): void {
  const descriptor = openSync(native(path), 'r');
  try {
    // Where that cannot be asked of a folder, the worker that finished the root has told of it.
    isAccepted(() => fsyncSync(descriptor));
  } finally {
    closeSync(descriptor);
  }
}
