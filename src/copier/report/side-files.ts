import type { BytePath } from '../../files/byte-path.js';
import type { Failure } from '../../files/failure.js';
import type { StopReason } from './stop.js';

/** The files that a run writes beside the copy: the manifest of `--checksums`, the list of `--failed`. */
export interface SideFiles {
  /** @param listener called when one of them cannot be written any more; the run goes on without it */
  onLost(listener: (failure: Failure) => void): void;
  /** Empties them: before that, what an earlier run wrote there still stands. */
  start(): void;
  /** @returns where the reader of a pipe is behind, a promise of when it has caught up; so does `failed` */
  digest(path: BytePath, digest: string): Promise<void> | undefined;
  failed(path: BytePath): Promise<void> | undefined;
  /** Whether they can be written shows only then. @returns of each whose reader is behind, when it has caught up */
  flush(): readonly Promise<void>[];
  /**
   * @param signal once it is aborted, nothing waits for a slow reader
   * @returns what the run was stopped by, where a reader had not taken all by then
   */
  close(signal: AbortSignal | undefined): Promise<StopReason | undefined>;
  /** The run is refused: those that it has made go. */
  discard(): void;
}

/** A dry run writes nothing. */
export const noSideFiles: SideFiles = {
  onLost: () => {},
  start: () => {},
  digest: () => undefined,
  failed: () => undefined,
  flush: () => [],
  close: async () => undefined,
  discard: () => {},
};
