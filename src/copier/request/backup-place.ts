import { accessSync, constants } from 'node:fs';
import { basename, join } from 'node:path';
import { type BytePath, bytePath, native, rawName, readable } from '../../files/byte-path.js';
import { kindOf } from '../../files/facts.js';
import { codeOf, EntryError } from '../../files/failure.js';
import { lstatIfThere } from '../../files/system/stat.js';
import { refusal, UsageError } from '../report/errors.js';
import { pathIn } from './listed-path.js';
import { isInFolder, isWithin } from './overlap.js';
import { absolute, nearestStanding, parentOf, realPath } from './paths.js';
import type { Places } from './places.js';

/**
 * Finds the folder that `backupDir` names.
 * @throws {RefusedError} where it cannot be made, or would be changed by the copy or change the source or a snapshot
 */
export function findBackup(
  places: Places,
  folder: string | Buffer,
  snapshots: readonly BytePath[],
): BackupPlace {
  const { sourceRoot, destinationRoot, partialRoot } = places;
  const shown = `backup-dir ${readable(bytePath(folder))}`;
  if (folder.length === 0) throw new UsageError("backup-dir: the folder's name is empty");
  const root = reached(shown, absolute(bytePath(folder)));
  if (isWithin(root, { root: sourceRoot, facts: places.sourceFacts }))
    throw new UsageError(`${shown}: lies in the source, which is never changed; name a folder elsewhere`);
  const standing = lstatIfThere(native(root));
  if (standing !== undefined && kindOf(standing) !== 'folder')
    throw new UsageError(`${shown}: is not a folder; name another one`);
  if (
    root === destinationRoot ||
    (standing !== undefined &&
      [sourceRoot, destinationRoot].some(place => isWithin(place, { root, facts: standing })))
  )
    throw new UsageError(`${shown}: is or contains the source or the destination; name another folder`);
  if (pathIn(partialRoot, root) !== undefined)
    throw new UsageError(`${shown}: lies where the copy is made; name another folder`);
  if (snapshots.some(snapshot => isInFolder(root, snapshot)))
    throw new UsageError(`${shown}: is or lies in an earlier copy, which is only read; name another folder`);
  refuseUnwritable(shown, root);
  const inDestination = pathIn(destinationRoot, root);
  if (inDestination !== undefined && lstatIfThere(native(`${sourceRoot}/${inDestination}`)) !== undefined)
    throw new UsageError(
      `${shown}: exists in the source, too, and would be overwritten; name another folder`,
    );
  return { root, inDestination };
}

/** The folder that keeps what is replaced or deleted. */
export interface BackupPlace {
  /** Absolute, links resolved as far as it exists; it need not exist. */
  readonly root: BytePath;
  /** Where it lies in the destination; undefined: outside. */
  readonly inDestination: BytePath | undefined;
}

function reached(shown: string, path: BytePath): BytePath {
  try {
    return resolved(path);
  } catch (error) {
    throw refusal(shown, 'cannot be made', error);
  }
}

/** All links resolved, as far as it exists. */
function resolved(path: BytePath): BytePath {
  const facts = lstatIfThere(native(path));
  if (facts !== undefined && kindOf(facts) === 'link') return throughLink(path);
  if (facts !== undefined) return realPath(path);
  const parent = parentOf(path);
  return parent === path ? path : rawName(join(resolved(parent), basename(path)));
}

function throughLink(path: BytePath): BytePath {
  try {
    return realPath(path);
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
    throw new EntryError('ENOENT', `${readable(path)} is a dangling symbolic link`);
  }
}

function refuseUnwritable(shown: string, root: BytePath): void {
  const standing = nearestStanding(root);
  try {
    accessSync(native(standing), constants.W_OK | constants.X_OK);
  } catch (error) {
    throw refusal(shown, 'cannot be written', error);
  }
}
