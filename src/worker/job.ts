import type { BytePath } from '../common/byte-path.js';
import type { Facts } from '../common/facts.js';
import type { How, JobKind } from '../common/messages.js';

/** One entry to be copied, as a worker sees it. */
export interface Job {
  readonly kind: JobKind;
  readonly folder: BytePath;
  readonly name: BytePath;
  readonly facts: Facts;
  /** Whether an earlier try may have left something under this name. */
  readonly again: boolean;
  /** The name under which it is written where the destination stood before. */
  readonly temporaryName: string;
}

export interface Finished {
  readonly how: How;
  /** Bytes of content that were copied. */
  readonly bytes: number;
}
