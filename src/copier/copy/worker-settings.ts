import type { FleetRules, WorkerSettings } from '../../protocol/messages.js';
import { looksOf } from '../../rules/is-file-there.js';
import type { WorkFolder } from '../claim/work-folder.js';
import type { Request } from '../request/request.js';

/** What the workers of a run are told. */
export function workerSettings(
  { places, settings, snapshots, backup }: Request,
  folder: WorkFolder,
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
