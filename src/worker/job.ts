import type { BytePath } from '../common/byte-path.js';
import type { Facts } from '../common/facts.js';
import type { JobHow, JobKind, NotKept, Part } from '../common/messages.js';

/** One entry to be copied, as a worker sees it. */
export interface Job {
  readonly kind: JobKind;
  readonly folder: BytePath;
  readonly name: BytePath;
  readonly facts: Facts;
  /** Of a hard link: the name, in the same tree, that has been copied. */
  readonly firstName: BytePath | undefined;
  /** Of a large file's job. */
  readonly part: Part | undefined;
  /** Whether an earlier try may have left something under this name. */
  readonly again: boolean;
  /** The name under which it is written where the destination stood before. */
  readonly temporaryName: string;
}

export interface Finished {
  readonly how: JobHow;
  /** Bytes of content that were copied. */
  readonly bytes: number;
  readonly notKept: readonly NotKept[];
  /** SHA-256 of the content, hexadecimal, where the run wants digests. */
  readonly digest?: string;
}

export const skipped: Finished = { how: 'skipped', bytes: 0, notKept: [] };
