import { chmodSync } from 'node:fs';
import { type BytePath, native } from '../files/byte-path.js';
import { permissionsOf } from '../files/facts.js';
import { stat } from '../files/system/stat.js';
import type { FolderHandles } from '../files/trees/folder-handles.js';
import { isAccepted } from '../rules/keep.js';

/**
 * Lets us write in a folder of ours whose mode forbids it; its own mode comes with its end.
 * By its handle: a link that takes its place meanwhile is not followed.
 */
export function openToOwner(handles: FolderHandles, folder: BytePath): void {
  openPathToOwner(native(handles.at(folder).slice(0, -1)));
}

/** The same of a folder by its path. @returns the permissions it had */
export function openPathToOwner(path: string | Buffer): number {
  const permissions = permissionsOf(stat(path));
  // Somebody else's folder, or one without modes: what cannot be written in it fails by itself, with its own path.
  if ((permissions & OWNERS) !== OWNERS) isAccepted(() => chmodSync(path, permissions | OWNERS));
  return permissions;
}

/** @param permissions those that it had before it was opened */
export function closeAgain(path: string | Buffer, permissions: number): void {
  if (permissionsOf(stat(path)) !== permissions) isAccepted(() => chmodSync(path, permissions));
}

const OWNERS = 0o700;
