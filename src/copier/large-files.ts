import { type BytePath, join } from '../common/byte-path.js';
import type { Failure } from '../common/failure.js';
import type { DoneOutcome, Part } from '../common/messages.js';
import { entryTemporaryName } from '../common/reserved-names.js';
import type { PendingJob } from './batcher.js';

/** What comes next for a large file. */
export type LargeStep =
  /** Other jobs of it are still on their way. */
  | { readonly kind: 'wait' }
  | { readonly kind: 'jobs'; readonly jobs: readonly PendingJob[] }
  /** A part failed and nothing of it is under way any more: what was begun has to go. */
  | { readonly kind: 'broken'; readonly failure: Failure };

/** The files that are copied by several workers at once: begun by one, filled in ranges by all, ended by one. */
export class LargeFiles {
  readonly #runId: string;
  readonly #files = new Map<BytePath, LargeFile>();
  #count = 0;

  constructor(runId: string) {
    this.#runId = runId;
  }

  /** The first job of a large file. */
  begin(job: PendingJob): PendingJob {
    this.#count += 1;
    // Batches count up from 1, these down from the top: no two temporary names are the same.
    const temporaryName = entryTemporaryName(this.#runId, 0xffffffff - this.#count, 0);
    const part: Part = { temporaryName, start: 0, end: job.facts.size };
    const first = { ...job, kind: 'begin', part } as const;
    this.#files.set(pathOf(job), { first, open: 1, failure: undefined });
    return first;
  }

  /** A job of a large file is done. @returns undefined where the file is */
  done(job: PendingJob, { how }: DoneOutcome): LargeStep | undefined {
    const file = this.#file(job);
    file.open -= 1;
    if (job.kind === 'begin' && how === 'begun') return this.#send(file, rangesOf(job));
    if (job.kind !== 'range') {
      this.#files.delete(pathOf(job));
      return undefined;
    }
    if (file.open > 0) return { kind: 'wait' };
    if (file.failure !== undefined) return this.#broken(job, file.failure);
    return this.#send(file, [{ ...job, kind: 'end', attempt: 1 }]);
  }

  failed(job: PendingJob, failure: Failure): LargeStep {
    const file = this.#file(job);
    file.open -= 1;
    file.failure ??= failure;
    return file.open > 0 ? { kind: 'wait' } : this.#broken(job, file.failure);
  }

  /** Of each file that is not finished, its first job. */
  unfinished(): PendingJob[] {
    return Array.from(this.#files.values(), ({ first }) => first);
  }

  #send(file: LargeFile, jobs: readonly PendingJob[]): LargeStep {
    file.open += jobs.length;
    return { kind: 'jobs', jobs };
  }

  #broken(job: PendingJob, failure: Failure): LargeStep {
    this.#files.delete(pathOf(job));
    return { kind: 'broken', failure };
  }

  #file(job: PendingJob): LargeFile {
    const file = this.#files.get(pathOf(job));
    if (file === undefined) throw new Error(`no large file is under way at ${JSON.stringify(pathOf(job))}`);
    return file;
  }
}

interface LargeFile {
  readonly first: PendingJob;
  /** Jobs on their way. */
  open: number;
  failure: Failure | undefined;
}

/** Whether it pays to have several workers copy a file. */
export function isLarge(bytes: number): boolean {
  return bytes >= 2 * RANGE_BYTES;
}

/** Measured: smaller ranges cost messages, larger ones let workers wait for the last. A multiple of 1 MiB. */
const RANGE_BYTES = 32 * 1024 * 1024;

function rangesOf(job: PendingJob): PendingJob[] {
  const { part } = job;
  if (part === undefined) throw new TypeError('a large file was begun without its borders');
  return Array.from({ length: Math.ceil(part.end / RANGE_BYTES) }, (_, n) => {
    const start = n * RANGE_BYTES;
    const end = Math.min(start + RANGE_BYTES, part.end);
    return { ...job, kind: 'range', attempt: 1, part: { ...part, start, end } };
  });
}

function pathOf({ folder, name }: PendingJob): BytePath {
  return join(folder, name);
}
