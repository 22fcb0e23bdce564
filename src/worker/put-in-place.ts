import { renameSync, unlinkSync } from 'node:fs';
import { native } from '../common/byte-path.js';
import { codeOf, step } from '../common/failure.js';
import type { Job } from './job.js';
import type { WorkerContext } from './worker-context.js';

/**
 * Lets `make` create a new entry, exclusively, and brings it under the job's name, whole.
 *
 * In a destination of this run's own making the name is free and is used at once. In one that stood before,
 * the entry is made under a temporary name and renamed over what stands there, which is never opened.
 * @param make creates the entry at the given path; it fails where anything stands
 */
export async function putInPlace<T>(
  context: WorkerContext,
  job: Job,
  make: (path: string | Buffer) => T | Promise<T>,
): Promise<T> {
  const folder = context.destination.at(job.folder);
  const finalPath = native(folder + job.name);
  if (context.settings.fresh) {
    if (job.again) removeIfThere(finalPath);
    return await makeOrRemove(finalPath, make);
  }
  const temporaryPath = native(folder + job.temporaryName);
  if (job.again) removeIfThere(temporaryPath);
  return await makeOrRemove(temporaryPath, async path => {
    const made = await make(path);
    step('cannot be put in place', () => renameSync(path, finalPath));
    return made;
  });
}

async function makeOrRemove<T>(
  path: string | Buffer,
  make: (path: string | Buffer) => T | Promise<T>,
): Promise<T> {
  try {
    return await make(path);
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') removeIfThere(path);
    throw error;
  }
}

function removeIfThere(path: string | Buffer): void {
  try {
    unlinkSync(path);
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
  }
}
