import { fileURLToPath } from 'node:url';
import { type BytePath, native } from '../../files/byte-path.js';
import { lstatIfThere } from '../../files/system/stat.js';
import { whyNotFork } from '../../multiprocessing/process/can-fork.js';
import { WORKER_PROGRAM } from '../../worker/worker-process.js';
import type { Filters } from '../listing/filters.js';
import type { ListOptions } from '../listing/list-entries.js';
import { Selection } from '../listing/selection.js';
import { RefusedError } from '../report/errors.js';
import { type BackupPlace, findBackup } from './backup-place.js';
import type { CopySettings } from './options.js';
import type { Places } from './places.js';
import { findSnapshots } from './snapshot-places.js';

/** What is to be copied or compared, and how: checked and complete. */
export interface Request {
  readonly places: Places;
  readonly settings: CopySettings;
  /** Undefined: all that is in the source. */
  readonly selection: Selection | undefined;
  readonly filters: Filters | undefined;
  /** Roots of earlier copies: what is the same there is linked. */
  readonly snapshots: readonly BytePath[];
  /** Undefined: what is replaced or deleted is gone. */
  readonly backup: BackupPlace | undefined;
}

/** @throws {RefusedError} where a file that the settings name cannot be read or used, or nothing can be forked */
export async function readRequest(places: Places, settings: CopySettings): Promise<Request> {
  const hindrance = whyNotFork(fileURLToPath(WORKER_PROGRAM));
  if (hindrance !== undefined) throw new RefusedError(hindrance, 'ENOTSUP');
  const selection = settings.from === undefined ? undefined : Selection.read(settings.from);
  const snapshots = findSnapshots(places, settings.linkDest);
  const backup =
    settings.backupDir === undefined ? undefined : findBackup(places, settings.backupDir, snapshots);
  return { places, settings, selection, filters: await readFilters(settings), snapshots, backup };
}

/**
 * What the listing has to know of it.
 * @param root of the folder that is written in, or compared with; it need not exist
 */
export function listOptionsOf({ settings, selection, filters }: Request, root: BytePath): ListOptions {
  const { dereference, oneFileSystem } = settings;
  return { dereference, oneFileSystem, destination: lstatIfThere(native(root)), selection, filters };
}

/**
 * The filters of a run; what reads patterns is loaded only where there are filters.
 * @throws {RefusedError} where the ignore file cannot be read or used
 */
async function readFilters(settings: CopySettings): Promise<Filters | undefined> {
  const { include, exclude, ignoreFile, filter } = settings;
  const hasPatterns = include.length + exclude.length > 0 || ignoreFile !== undefined;
  if (!hasPatterns && filter === undefined) return undefined;
  const { Filters } = await import('../listing/filters.js');
  return Filters.read(settings);
}
