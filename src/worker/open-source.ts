import { constants } from 'node:fs';
import { type Facts, kindOf, sameInode } from '../common/facts.js';
import { codeOf, EntryError, step } from '../common/failure.js';
import type { Job } from './job.js';
import type { WorkerContext } from './worker-context.js';

/** A job's file, open for reading. */
export interface OpenSource {
  readonly descriptor: number;
  /** As they are now: it may have changed since it was listed. */
  readonly facts: Facts;
}

/**
 * Opens a job's file for reading. Its access time is left alone where that is allowed: to its owner and to
 * root.
 * @throws {EntryError} CHANGED where something else has taken its place
 */
export function openSource(context: WorkerContext, job: Job): OpenSource {
  const { calls, source, settings } = context;
  const place = source.place(job.folder);
  const flags = READ | (settings.dereference ? 0 : (constants.O_NOFOLLOW ?? 0));
  const descriptor = step('cannot be opened', () => {
    if (constants.O_NOATIME === undefined || refusedOwners.has(job.facts.uid))
      return calls.open(place, job.name, flags, 0);
    try {
      return calls.open(place, job.name, flags | constants.O_NOATIME, 0);
    } catch (error) {
      if (codeOf(error) !== 'EPERM') throw error;
      refusedOwners.add(job.facts.uid);
      return calls.open(place, job.name, flags, 0);
    }
  });
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

/** Users whose files' access times we may not leave alone. */
const refusedOwners = new Set<number>();

/** O_NONBLOCK: should a FIFO have taken the file's place since it was listed, opening must not wait. */
const READ = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);
