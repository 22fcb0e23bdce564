import type { BytePath } from '../../files/byte-path.js';
import type { Failure } from '../../files/failure.js';
import type { Difference } from '../../protocol/differences.js';
import type { StopReason } from '../report/stop.js';

/** Hears what a comparison finds while it goes on. Paths are relative to the source; the root's is empty. */
export interface CheckListener {
  /** @returns where no more can be taken for now, a promise of when it can */
  difference(path: BytePath, difference: Difference): Promise<void> | undefined;
  /** An entry, or what is in a folder, that could not be compared. */
  failure(path: BytePath, failure: Failure): void;
}

/** What a comparison came to. */
export interface CheckReport extends CheckCounts {
  /** What the command exits with: 0 the same, 1 differs or failed, as a shell has it where a signal stopped it. */
  readonly status: number;
  /** The end of the path that was compared, absolute. */
  readonly destination: BytePath;
  /** Why it was stopped; undefined where it went to its end. */
  readonly stopped: StopReason | undefined;
  readonly seconds: number;
}

/** Counts of entries; folders are not among files, the root is in neither. */
export interface CheckCounts {
  /** Compared, whether or not they are the same. */
  readonly files: number;
  readonly folders: number;
  /** Of content compared. */
  readonly bytes: number;
  /** Sockets and devices, and what is left of a run in the source's root. */
  readonly skipped: number;
  readonly failed: number;
  readonly differences: number;
  /** Listed, but not reached by a run that was stopped. */
  readonly left: number;
}
