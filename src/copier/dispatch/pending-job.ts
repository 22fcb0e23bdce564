import { type BytePath, split } from '../../files/byte-path.js';
import type { Facts } from '../../files/facts.js';
import type { How, JobHow, JobKind, Part } from '../../protocol/messages.js';

/** An entry on its way to a worker. */
export interface PendingJob {
  readonly kind: JobKind;
  readonly folder: BytePath;
  readonly name: BytePath;
  readonly facts: Facts;
  /** Of a hard link: the name that has been copied. */
  readonly firstName?: BytePath;
  /** Of a large file's job. */
  readonly part?: Part;
  /** 1 for the first try. */
  readonly attempt: number;
  /** Something of it may be there already, from a try before or a worker that was lost with it. */
  readonly again?: true;
}

/** The same job for one more try. */
export function nextTry(job: PendingJob): PendingJob {
  return { ...job, attempt: job.attempt + 1, again: true };
}

export function isOfLargeFile({ kind }: PendingJob): boolean {
  return kind === 'begin' || kind === 'range' || kind === 'end';
}

/** A large file's job as one for all of it. */
export function asWhole(job: PendingJob): PendingJob {
  if (!isOfLargeFile(job)) return job;
  const { part: _, ...whole } = job;
  return { ...whole, kind: 'file' };
}

type FinishKind = 'finish' | 'finishAfter' | 'finishRoot';

/** The job of a folder in which nothing is left to do. */
export function finishJob(path: BytePath, facts: Facts, kind: FinishKind = 'finish'): PendingJob {
  const [folder, name] = split(path);
  return { kind, folder, name, facts, attempt: 1 };
}

export function isFinish({ kind }: Pick<PendingJob, 'kind'>): boolean {
  return kind === 'finish' || kind === 'finishAfter' || kind === 'finishRoot';
}

/** Whether it is one of several names of a file. */
export function isOneOfSeveral(job: PendingJob): boolean {
  return !isFinish(job) && job.facts.nlink > 1;
}

/** How an entry has ended, where its job has ended so. */
export function finalHow(how: JobHow): How {
  if (how === 'begun' || how === 'filled' || how === 'postponed' || how === 'compared' || how === 'removed')
    throw new Error(`an entry cannot end as ${how}`);
  return how;
}
