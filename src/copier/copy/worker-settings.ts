import type { FleetRules, WorkerSettings } from '../../protocol/messages.js';
import { looksOf } from '../../rules/is-file-there.js';
import type { WorkFolder, WorkPlace } from '../claim/work-folder.js';
import type { Request } from '../request/request.js';

/** What the workers of a run are told. */
export function workerSettings(
  { places, settings, snapshots, backup }: Request,
  folder: Pick<WorkFolder, keyof WorkPlace | 'setsModes'>,
  runId: string,
  fleet?: FleetRules,
): WorkerSettings {
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
    tellsBegin,
    fleet,
    parentPid: process.pid,
  };
}

/** The same for one that reads folders for a dry run. */
export function readerSettings(request: Request, place: WorkPlace): WorkerSettings {
  const settings = workerSettings(request, { ...place, setsModes: false }, '');
  return { ...settings, verify: false, digests: false, fsync: false, backup: undefined, snapshots: [] };
}
