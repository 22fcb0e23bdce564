import { type BytePath, ROOT, split } from '../common/byte-path.js';
import { type Facts, withMode } from '../common/facts.js';
import type { JobKind, Part } from '../common/messages.js';
import { OWNER_ALL } from './finish-root.js';

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
}

export function isOfLargeFile({ kind }: PendingJob): boolean {
  return kind === 'begin' || kind === 'range' || kind === 'end';
}

/** The job of a folder in which nothing is left to do. The root stays open to its owner: see `finishRoot`. */
export function finishJob(
  path: BytePath,
  facts: Facts,
  kind: 'finish' | 'finishAfter' = 'finish',
): PendingJob {
  const [folder, name] = split(path);
  const given = path === ROOT ? withMode(facts, facts.mode | OWNER_ALL) : facts;
  return { kind, folder, name, facts: given, attempt: 1 };
}

export function isFinish({ kind }: PendingJob): boolean {
  return kind === 'finish' || kind === 'finishAfter';
}

/** Whether it is one of several names of a file. */
export function isOneOfSeveral({ kind, facts }: PendingJob): boolean {
  return kind !== 'finish' && kind !== 'finishAfter' && facts.nlink > 1;
}
