import type { DeletionRules } from '../../protocol/deletions.js';
import type { FleetRules, WorkerSettings } from '../../protocol/messages.js';
import { looksOf } from '../../rules/is-file-there.js';
import type { WorkFolder, WorkPlace } from '../claim/work-folder.js';
import { sparedIn } from '../destination/destination.js';
import { deletionRules } from '../destination/extras-scope.js';
import type { Request } from '../request/request.js';

/** What the workers of a run are told. */
export function workerSettings(
  request: Request,
  folder: Pick<WorkFolder, keyof WorkPlace | 'setsModes'>,
  runId: string,
  fleet?: FleetRules,
): WorkerSettings {
  const { places, settings, snapshots, backup } = request;
  const {
    chunkSize,
    ifExists,
    reflink,
    dereference,
    attributes,
    strict,
    verify,
    digests,
    fsync,
    tellsBegin,
  } = settings;
  return {
    source: places.sourceRoot,
    destination: folder.root,
    finalDestination: places.destinationRoot,
    chunkSize,
    runId,
    standing: folder.standing,
    trust: folder.trust,
    ifExists,
    reflink,
    dereference,
    attributes,
    strict,
    setsModes: folder.setsModes,
    looks: looksOf({ standing: folder.standing, trust: folder.trust, ifExists, digests }),
    readsExtras: false,
    verify,
    digests,
    fsync,
    backup: backup?.root,
    snapshots,
    deletion: fleet === undefined ? deletionIn(request, folder) : undefined,
    tellsBegin,
    fleet,
    parentPid: process.pid,
  };
}

/** The same for one that reads folders for a dry run. */
export function readerSettings(request: Request, place: WorkPlace): WorkerSettings {
  const settings = workerSettings(request, { ...place, setsModes: false }, '');
  const onlyReads = { verify: false, digests: false, fsync: false, backup: undefined, deletion: undefined };
  return { ...settings, ...onlyReads, snapshots: [] };
}

function deletionIn(request: Request, { root, standing }: WorkPlace): DeletionRules | undefined {
  const mayDelete = standing === 'earlier' || (standing === 'content' && request.settings.delete);
  return mayDelete ? deletionRules(request, sparedIn(request, root, standing)) : undefined;
}
