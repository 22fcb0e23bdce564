import { kindOf, sameInode } from '../common/facts.js';
import { EntryError, step } from '../common/failure.js';
import type { Job } from './job.js';
import { type OpenFile, openUntouched } from './open-untouched.js';
import type { WorkerContext } from './worker-context.js';

/**
 * Opens a job's file for reading.
 * @throws {EntryError} CHANGED where something else has taken its place
 */
export function openSource(context: WorkerContext, job: Job): OpenFile {
  const { calls, source, settings } = context;
  const place = source.place(job.folder);
  const descriptor = step('cannot be opened', () =>
    openUntouched(flags => calls.open(place, job.name, flags, 0), job.facts.uid, settings.dereference),
  );
  try {
    const facts = calls.factsOf(descriptor);
    // What took its place need have no end: a FIFO, a device.
    if (kindOf(facts) !== 'file') throw new EntryError('CHANGED', 'it is no file any more');
    // Its other names are about to become links to what is copied here.
    if (job.facts.nlink > 1 && !sameInode(job.facts, facts)) {
      throw new EntryError('CHANGED', 'another file has taken its name');
    }
    return { descriptor, facts };
  } catch (error) {
    calls.close(descriptor);
    throw error;
  }
}
