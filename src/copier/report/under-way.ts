import type { BytePath } from '../../files/byte-path.js';

/** An entry that a worker is at, as far as its reports tell. */
export interface UnderWay {
  /** The worker's process id. Undefined where no worker is known to have begun with it. */
  readonly worker: number | undefined;
  readonly path: BytePath;
  /** Bytes of content; 0 of what has none. */
  readonly size: number;
  /** Where the worker's part of it begins: more than 0 in a large file that is copied in ranges. */
  readonly start: number;
  /** Copied or compared of that part. */
  readonly bytes: number;
  /** Whether it is so large that it is copied in ranges. */
  readonly isInRanges: boolean;
  /** Since when, by `performance.now`. */
  readonly sinceMs: number;
}
