import { type BytePath, native } from '../../files/byte-path.js';
import { kindOf } from '../../files/facts.js';
import { lstatIfThere } from '../../files/system/stat.js';
import { type FolderHandles, openFolderHandles } from '../../files/trees/folder-handles.js';
import { BackupFolder } from '../../folders/backup-folder.js';
import { type FolderSite, lookAtFolder, makeFolder } from '../../folders/make-folder.js';
import type { Spared } from '../../folders/spared.js';
import type { FolderOutcome } from '../../protocol/readings.js';
import { heldTimes } from '../../rules/held-times.js';
import { looksOf } from '../../rules/is-file-there.js';
import type { WorkFolder, WorkPlace } from '../claim/work-folder.js';
import { StorageSpeed } from '../listing/storage-speed.js';
import type { Request } from '../request/request.js';
import { type NameCollisions, nameCollisions } from './name-collisions.js';
import { QuickLook } from './quick-look.js';
import { noRemover, type Remover, remover } from './remover.js';

/** The folder that a copy is made in, with what the parent does there; in a dry run it only looks. */
export interface Destination extends FolderSite {
  /** Absolute; in a dry run it need not exist. */
  readonly root: BytePath;
  readonly spared: Spared;
  readonly remover: Remover;
  /** Undefined if the file system takes no two names for one. */
  readonly collisions: NameCollisions | undefined;
  /** Undefined where existing files are to be replaced, or read. */
  readonly quickLook: QuickLook | undefined;
  readonly speed: StorageSpeed;
  /** Makes a folder, or uses the one that exists. @throws {EntryError} where neither can be */
  readonly makeFolder: (folder: BytePath) => FolderOutcome;
}

export function openDestination(request: Request, folder: WorkFolder, runId: string): Destination {
  const base = siteOf(request, folder);
  const backup = backupOf(request, folder, base.handles, runId);
  const site = { ...base, setsModes: folder.setsModes, backup };
  const looks = looksOf(site.policy);
  const speed = new StorageSpeed(request.settings.isStorageSlow);
  return {
    ...site,
    root: folder.root,
    remover: remover(site.handles, backup),
    collisions: nameCollisions(folder.root, runId),
    quickLook: looks === 'none' ? undefined : new QuickLook(site.handles, looks, heldTimes(folder.root)),
    speed,
    makeFolder: path => speed.ofDestination(() => makeFolder(site, path)),
  };
}

/** Nobody loses what an earlier run of this copy left there. */
function backupOf(
  { backup, settings }: Request,
  { standing }: WorkFolder,
  destination: FolderHandles,
  runId: string,
): BackupFolder | undefined {
  if (backup === undefined || standing !== 'content') return undefined;
  return new BackupFolder(destination, { root: backup.root, runId, fsync: settings.fsync });
}

/** The destination of a dry run. */
export interface LookedAtDestination extends Destination {
  /** Folders that the copy would have removed by now. */
  readonly gone: ReadonlySet<BytePath>;
}

export function lookAtDestination(request: Request, place: WorkPlace): LookedAtDestination {
  const site = siteOf(request, place);
  const speed = new StorageSpeed(request.settings.isStorageSlow);
  const gone = new Set<BytePath>();
  return {
    ...site,
    root: place.root,
    gone,
    remover: {
      ...noRemover,
      remove: (path, facts) => {
        if (kindOf(facts) === 'folder') gone.add(path);
      },
    },
    collisions: undefined,
    quickLook: undefined,
    speed,
    makeFolder: path => speed.ofDestination(() => lookAtFolder(site, path)),
  };
}

function siteOf(
  request: Request,
  { root, standing, trust }: WorkPlace,
): FolderSite & Pick<Destination, 'spared'> {
  const { ifExists, digests } = request.settings;
  return {
    handles: openFolderHandles(root),
    policy: { standing, trust, ifExists, digests },
    setsModes: false,
    sourceRoot: request.places.sourceFacts,
    spared: sparedIn(request, root, standing),
  };
}

/** What stays there, whatever the source has. */
export function sparedIn(
  { settings, places, filters, backup }: Request,
  root: BytePath,
  standing: WorkPlace['standing'],
): Spared {
  return {
    // What an earlier run of this copy left there is nobody's.
    filters: standing === 'content' ? filters : undefined,
    onlyOn: settings.oneFileSystem ? lstatIfThere(native(root)) : undefined,
    sourceRoot: places.sourceFacts,
    backup: backup && { path: backup.inDestination, facts: lstatIfThere(native(backup.root)) },
  };
}
