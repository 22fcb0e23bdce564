import { closeSync, constants, fstatSync, openSync } from 'node:fs';
import { native } from '../common/byte-path.js';
import { codeOf, EntryError, step } from '../common/failure.js';
import type { Job } from './job.js';
import type { WorkerContext } from './worker-context.js';

/**
 * Opens a job's file for reading. Its access time is left alone where that is allowed: to its owner and to
 * root.
 */
export function openSource(context: WorkerContext, job: Job): number {
  const path = native(context.source.at(job.folder) + job.name);
  const flags = READ | (context.settings.dereference ? 0 : (constants.O_NOFOLLOW ?? 0));
  const source = step('cannot be opened', () => {
    if (constants.O_NOATIME === undefined) return openSync(path, flags);
    try {
      return openSync(path, flags | constants.O_NOATIME);
    } catch (error) {
      if (codeOf(error) !== 'EPERM') throw error;
      return openSync(path, flags);
    }
  });
  if (fstatSync(source).isFile()) return source;
  closeSync(source);
  // What took its place need have no end: a FIFO, a device.
  throw new EntryError('CHANGED', 'it is no file any more');
}

/** O_NONBLOCK: should a FIFO have taken the file's place since it was listed, opening must not wait. */
const READ = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);
