import type { WorkerSettings } from '../protocol/messages.js';
import type { CopySettings } from './request/options.js';
import type { Places } from './request/places.js';

/** What the workers of a comparison are told: of what concerns writing, that nothing is to be done. */
export function checkerSettings(places: Places, { chunkSize, dereference }: CopySettings): WorkerSettings {
  return {
    source: places.sourceRoot,
    destination: places.destinationRoot,
    finalDestination: places.destinationRoot,
    chunkSize,
    runId: '',
    standing: 'content',
    trust: 'nothing',
    ifExists: 'skip',
    reflink: 'never',
    dereference,
    attributes: false,
    strict: false,
    verify: false,
    digests: false,
    fsync: false,
    parentPid: process.pid,
  };
}
