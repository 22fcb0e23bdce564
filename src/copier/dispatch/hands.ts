import type { DeletionLook, FoundDeletions } from '../../protocol/deletions.js';
import type { Batch, BatchEnd, WorkerReport } from '../../protocol/messages.js';
import type { FolderReading, FolderRequest } from '../../protocol/readings.js';

/** Who does what a dispatcher hands out. */
export interface Hands {
  /** The number of workers, at most. */
  readonly size: number;
  /** Whether so many were asked for, to be there as soon as there is something for each. */
  readonly isWanted: boolean;
  /** How many live now. */
  readonly workers: number;
  readonly pids: readonly number[];
  /** Bytes a second that they may copy together; undefined: no ceiling. */
  readonly ceiling?: number | undefined;
  /** What a batch should take at least on slow storage, where it is long under way; left out: nothing. */
  readonly batchMs?: number | undefined;
  /** Batches that these may have, those included that wait for a worker to be through with another. */
  readonly capacity: number;
  /**
   * Makes one more worker, if the size allows. Unless so many were asked for, only while fewer are starting than can
   * at a time: it is time to ask again when `whenStarted` says so.
   */
  grow(): void;
  /** @param call called each time a worker has started, or is late */
  whenStarted(call: () => void): void;
  /**
   * Has a worker do a batch.
   * @param onReport hears what it reports on the way, and of a worker that is lost all that it did report
   * @returns its end, with the last report, once all others have been heard
   * @throws {BatchLostError}
   */
  run(batch: Batch, onReport: (report: WorkerReport) => void): Promise<BatchEnd>;
  /**
   * Has a worker read folders of the source, side by side.
   * @throws {BatchLostError}
   */
  read(requests: readonly FolderRequest[], company: Company): Promise<readonly FolderReading[]>;
  /**
   * Has a worker look for what is to be deleted.
   * @throws {BatchLostError}
   */
  findDeletions(looks: readonly DeletionLook[], company: Company): Promise<readonly FoundDeletions[]>;
  /**
   * Ends the workers, whatever they do: what is under way rejects.
   * @returns `stuck` where one does not end, as a call that it made to storage that hangs cannot be broken off
   */
  end(): Promise<HandsEnd>;
}

/** The worker that had the batch is gone, or there was none to be had: what it did not report is left undone. */
export class BatchLostError extends Error {
  override readonly name = 'BatchLostError';

  /** @param message what has become of the worker, as a user may read it */
  constructor(
    readonly loss: Loss,
    message: string,
    cause: Error,
    /** Where it has lived: its pid, and whether it was at nothing else, which may have ended it. */
    readonly worker?: { readonly pid: number; readonly wasAlone: boolean },
  ) {
    super(message, { cause });
  }
}

/** Whether an error is one, also of a part that is bundled by itself, with this class once more. */
export function isBatchLost(error: unknown): error is BatchLostError {
  return error instanceof Error && error.name === 'BatchLostError';
}

/** Whether a worker does something beside its batches and other such work, or in their turn. */
export type Company = 'beside others' | 'alone';

export type HandsEnd = 'ended' | 'stuck';

/**
 * How a batch was lost; `not begun`: its worker ended before it had started; `elsewhere`: another machine had it, which
 * may still be at it.
 */
export type Loss = 'no worker' | 'not begun' | 'at work' | 'elsewhere';
