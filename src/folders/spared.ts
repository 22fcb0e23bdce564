import type { BytePath } from '../files/byte-path.js';
import { type Device, type Facts, kindOf, sameDevice, sameInode } from '../files/facts.js';
import type { Exclusions } from '../rules/path-patterns.js';

/** What of a destination stays, whatever the source has, with the folders that it lies in. */
export interface Spared {
  /** What these exclude. */
  readonly filters: Exclusions | undefined;
  /** Folders of any other file system than this one; undefined: of none. */
  readonly onlyOn: Device | undefined;
  /** The source's root, whatever way leads to it. */
  readonly sourceRoot: Facts;
  /** The backup folder: where it is in the destination, and what it is, as far as it exists. */
  readonly backup: { readonly path: BytePath | undefined; readonly facts: Facts | undefined } | undefined;
}

export function isSpared(spared: Spared, path: BytePath, facts: Facts): boolean {
  const { filters, backup } = spared;
  if (path === backup?.path) return true;
  const isFolder = kindOf(facts) === 'folder';
  return (isFolder && isSparedFolder(spared, facts)) || !!filters?.isExcluded(path, isFolder);
}

/** Whether a folder stays for what it is, wherever it is mounted. */
export function isSparedFolder({ onlyOn, sourceRoot, backup }: Spared, facts: Facts): boolean {
  if (backup?.facts !== undefined && sameInode(facts, backup.facts)) return true;
  return sameInode(facts, sourceRoot) || (onlyOn !== undefined && !sameDevice(facts, onlyOn));
}
