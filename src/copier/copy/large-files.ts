import { type BytePath, join } from '../../files/byte-path.js';
import type { Facts } from '../../files/facts.js';
import type { Failure } from '../../files/failure.js';
import { entryTemporaryName } from '../../files/reserved-names.js';
import type { DoneOutcome, Part } from '../../protocol/messages.js';
import { isRefusal } from '../../rules/keep.js';
import type { PendingJob } from '../dispatch/pending-job.js';

/**
 * The files that are copied in ranges, each by whatever worker is free: begun by one, filled by one after the
 * other, or, where that is slow, by several at once, and ended by one.
 */
export class LargeFiles {
  readonly #runId: string;
  readonly #isLikelyCloned: (facts: Facts) => boolean;
  readonly #files = new Map<BytePath, LargeFile>();
  #count = 0;

  constructor(runId: string, isLikelyCloned: (facts: Facts) => boolean) {
    this.#runId = runId;
    this.#isLikelyCloned = isLikelyCloned;
  }

  /** The first job of a large file. */
  begin(job: PendingJob): PendingJob {
    this.#count += 1;
    // Batches count up from 1, these down from the top: no two temporary names are the same.
    const temporaryName = entryTemporaryName(this.#runId, 0xffffffff - this.#count, 0);
    const part: Part = { temporaryName, start: 0, end: this.#isLikelyCloned(job.facts) ? 0 : job.facts.size };
    const first = { ...job, kind: 'begin', part } as const;
    this.#files.set(pathOf(job), { first, open: 1, copied: 0, isSlow: false, broken: undefined });
    return first;
  }

  /** A job of a large file is done. @returns undefined where the file is */
  done(job: PendingJob, { how, tookMs = 0 }: DoneOutcome): LargeStep | undefined {
    const file = this.#file(job);
    file.open -= 1;
    file.isSlow = tookMs > SLOW_RANGE_MS;
    if (job.kind === 'begin' && how === 'begun') return this.#send(file, this.#nextRanges(file));
    if (job.kind !== 'range') {
      this.#files.delete(pathOf(job));
      return undefined;
    }
    if (file.broken === undefined) {
      const ranges = this.#nextRanges(file);
      if (ranges.length > 0) return this.#send(file, ranges);
    }
    if (file.open > 0) return { kind: 'wait' };
    if (file.broken !== undefined) return this.#forget(file.broken);
    return this.#send(file, [{ ...job, kind: 'end', attempt: 1 }]);
  }

  failed(job: PendingJob, failure: Failure): LargeStep {
    const file = this.#file(job);
    file.open -= 1;
    file.broken ??= { kind: 'broken', job, failure };
    return file.open > 0 ? { kind: 'wait' } : this.#forget(file.broken);
  }

  /** Of each file that is not finished, its first job. */
  unfinished(): PendingJob[] {
    return Array.from(this.#files.values(), ({ first }) => first);
  }

  /**
   * As many as may be under way: one of each file, since two writers of one wait for each other's lock, and in
   * memory take no less time than one. Where a range takes long, as on a network, more: what waits in the queue is
   * what another worker is added for.
   */
  #nextRanges(file: LargeFile): PendingJob[] {
    const most = file.isSlow ? Math.ceil(MOST_RANGES / this.#files.size) : 1;
    const { first } = file;
    const size = first.facts.size;
    const ranges: PendingJob[] = [];
    while (file.copied < size && file.open + ranges.length < most) {
      const start = file.copied;
      const end = Math.min(start + RANGE_BYTES, size);
      ranges.push({ ...first, kind: 'range', attempt: 1, part: { ...first.part, start, end } });
      file.copied = end;
    }
    return ranges;
  }

  #send(file: LargeFile, jobs: readonly PendingJob[]): LargeStep {
    file.open += jobs.length;
    return { kind: 'jobs', jobs };
  }

  #forget(broken: Broken): LargeStep {
    this.#files.delete(pathOf(broken.job));
    return broken;
  }

  #file(job: PendingJob): LargeFile {
    const file = this.#files.get(pathOf(job));
    if (file === undefined) throw new Error(`no large file is under way at ${JSON.stringify(pathOf(job))}`);
    return file;
  }
}

/** What comes next for a large file. */
export type LargeStep =
  /** Other jobs of it are still on their way. */
  | { readonly kind: 'wait' }
  | { readonly kind: 'jobs'; readonly jobs: readonly PendingJob[] }
  /** A part failed and nothing of it is under way any more: what was begun has to go. */
  | Broken;

interface Broken {
  readonly kind: 'broken';
  /** The one that failed first, with the number of its tries. */
  readonly job: PendingJob;
  readonly failure: Failure;
}

interface LargeFile {
  readonly first: PendingJob & { readonly part: Part };
  /** Jobs on their way. */
  open: number;
  /** Whether the last range took long. */
  isSlow: boolean;
  /** Up to here it is copied, or on its way. */
  copied: number;
  broken: Broken | undefined;
}

/** Whether it pays to copy a file in ranges: only then can several workers have a hand in it. */
export function isLarge(bytes: number): boolean {
  return bytes >= 2 * RANGE_BYTES;
}

/** Measured: smaller ranges cost messages, larger ones bring no more and tell later how slow it is. A multiple of 1 MiB. */
const RANGE_BYTES = 32 * 1024 * 1024;
/** A range in memory takes a twentieth of that. */
const SLOW_RANGE_MS = 400;
/** Of one file: more than any pool has hands for, few enough for the memory. */
const MOST_RANGES = 128;

function pathOf({ folder, name }: PendingJob): BytePath {
  return join(folder, name);
}

/** Whether it may be the ranges that the place does not take: some can only be written from a file's start to its end. */
export function isForRanges({ job, failure }: Broken): boolean {
  return job.kind !== 'begin' && (isRefusal(failure) || failure.code === 'ESPIPE');
}
