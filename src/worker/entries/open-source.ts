import { kindOf, sameInode } from '../../files/facts.js';
import { EntryError, step } from '../../files/failure.js';
import type { OpenFile } from '../content/untouched-files.js';
import type { Job } from '../context/job.js';
import type { WorkerContext } from '../context/worker-context.js';

/**
 * Opens a job's file for reading.
 * @throws {EntryError} CHANGED where something else has taken its place
 */
export function openSource(context: WorkerContext, job: Job): OpenFile {
  const { calls, source, settings, untouched } = context;
  const place = source.place(job.folder);
  const descriptor = step('cannot be opened', () =>
    untouched.open(
      flags => calls.open(place, job.name, flags, 0),
      job.facts.uid,
      settings.dereference,
      job.isLastTry,
    ),
  );
  try {
    const facts = calls.factsOf(descriptor);
    // What took its place need have no end: a FIFO, a device.
    if (kindOf(facts) !== 'file') throw new EntryError('CHANGED', 'it is no longer a file');
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
