import type { WorkerSettings } from '../../protocol/messages.js';
import type { WorkFolder } from '../destination/work-folder.js';
import type { CopySettings } from '../request/options.js';
import type { Places } from '../request/places.js';

/** What the workers of a run are told. */
export function workerSettings(
  places: Places,
  settings: CopySettings,
  folder: WorkFolder,
  runId: string,
): WorkerSettings {
  const { chunkSize, ifExists, reflink, dereference, xattrs, strict, verify, fsync, checksums } = settings;
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
    attributes: xattrs !== 'never',
    strict,
    verify,
    digests: verify || checksums !== undefined,
    fsync: fsync || verify,
    parentPid: process.pid,
  };
}
