import type { BytePath } from '../../files/byte-path.js';
import type { Facts } from '../../files/facts.js';
import { entryTemporaryName } from '../../files/reserved-names.js';
import type { Comparison } from '../../protocol/differences.js';
import type { JobHow, JobKind, NotKept, Part } from '../../protocol/messages.js';

/** One entry to be copied, as a worker sees it. */
export class Job {
  readonly #origin: Origin;

  /**
   * @param firstName of a hard link: the name, in the same tree, that has been copied
   * @param part of a large file's job
   */
  constructor(
    readonly kind: JobKind,
    readonly folder: BytePath,
    readonly name: BytePath,
    readonly facts: Facts,
    origin: Origin,
    readonly firstName: BytePath | undefined,
    readonly part: Part | undefined,
  ) {
    this.#origin = origin;
  }

  /** Whether an earlier try may have left something under this name. */
  get again(): boolean {
    return this.#origin.again;
  }

  /** Whether it fails for good where it fails now. */
  get isLastTry(): boolean {
    return this.#origin.isLastTry;
  }

  /** The name under which it is written if the destination existed before. */
  get temporaryName(): string {
    const { runId, batch, row } = this.#origin;
    return this.part?.temporaryName ?? entryTemporaryName(runId, batch, row);
  }

  /** The same entry, copied in another way. */
  as(kind: JobKind): Job {
    return new Job(kind, this.folder, this.name, this.facts, this.#origin, this.firstName, this.part);
  }
}

/** Where a job comes from. */
interface Origin {
  readonly runId: string;
  readonly batch: number;
  readonly row: number;
  readonly again: boolean;
  readonly isLastTry: boolean;
}

export interface Finished {
  readonly how: JobHow;
  /** Bytes of content that were copied. */
  readonly bytes: number;
  readonly notKept: readonly NotKept[];
  /** SHA-256 of the content, hexadecimal, where the run wants digests. */
  readonly digest?: string;
  /** How long a range of a large file was copied, milliseconds. */
  readonly tookMs?: number;
  /** Of an entry that was compared. */
  readonly comparison?: Comparison;
}

export const postponed: Finished = { how: 'postponed', bytes: 0, notKept: [] };
export const skipped: Finished = { how: 'skipped', bytes: 0, notKept: [] };
