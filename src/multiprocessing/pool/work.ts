import type { ChunkFailure } from '../messages.js';
import type { Task } from '../task.js';

/** What one worker runs at a time: one task, or several calls of one task. */
export interface Work {
  readonly task: Task;
  /** `run`: the arguments of one call; `runEach`: one argument for each call. */
  readonly kind: 'run' | 'runEach';
  readonly args: readonly unknown[];
  /** Whether it is run beside what its worker is at, while that awaits something. */
  readonly isBeside?: boolean;
  /** Ends the worker, and the work with it; called once the worker has the work. */
  onRunning?(end: () => void): void;
  done(value: unknown): void;
  doneEach(values: readonly unknown[], failures: readonly ChunkFailure[], durationMs: number): void;
  /** The calls from this one on have not been begun and will not be. */
  gaveBack(from: number): void;
  /** The work has failed, or could not be sent, or its worker was lost. */
  failed(error: unknown): void;
}

/** Something submitted to a pool: it yields work until it has no more. */
export interface Job {
  /** Whether `take` would give work now. */
  readonly hasWork: boolean;
  take(): Work;
  /** Whether its work may be sent to a worker that is still at another. */
  readonly mayGoAhead?: boolean;
  /** Whether it is sent to a worker at once, to be run beside what that is at. */
  readonly isBeside?: boolean;
  /** The promise that its outcome settles, if it has one. */
  readonly outcome?: Promise<unknown>;
  /** Rejects all that is open; it has no more work after that. */
  abandon(error: unknown): void;
}
