import type { Task } from './task.js';

/** The queue has been closed (for `get`: and is empty), or the pool takes no more tasks. */
export class Closed extends Error {
  override readonly name = 'Closed';
  readonly code = 'CLOSED';
}

/** No room in the queue, at once or within the time given. */
export class Full extends Error {
  override readonly name = 'Full';
  readonly code = 'FULL';
}

/** Nothing in the queue, at once or within the time given. */
export class Empty extends Error {
  override readonly name = 'Empty';
  readonly code = 'EMPTY';
}

/** The pool was terminated while the task was open. */
export class Terminated extends Error {
  override readonly name = 'Terminated';
  readonly code = 'TERMINATED';
}

/** A call that does not fit the state of its object: started twice, joined before its start. */
export class StateError extends Error {
  override readonly name = 'StateError';
  readonly code = 'STATE';
}

/** How a process ended: one of the two is a value, the other null. */
export interface Ending {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** The worker ended while it ran the task; whether the task had done its work is not known, it is not run again. */
export class WorkerLostError extends Error {
  override readonly name = 'WorkerLostError';
  readonly code = 'WORKER_LOST';
  readonly pid: number;
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly task: Task;
  /** False where the worker had not started yet, so that the task cannot have begun. */
  readonly hadBegun: boolean;
  /** Whether it ran no other task beside this one, which may have ended it. */
  readonly wasAlone: boolean;

  constructor(pid: number, ending: Ending, task: Task, { hadBegun, wasAlone }: LostWith, cause?: unknown) {
    super(
      `worker ${pid} ended (${describeEnding(ending)}) while it ran ${task.export} of ${task.module}`,
      cause === undefined ? undefined : { cause },
    );
    this.pid = pid;
    this.exitCode = ending.exitCode;
    this.signal = ending.signal;
    this.task = task;
    this.hadBegun = hadBegun;
    this.wasAlone = wasAlone;
  }
}

type LostWith = Pick<WorkerLostError, 'hadBegun' | 'wasAlone'>;

/** A worker could not be made: the system did not let it start, or its initializer failed. */
export class WorkerStartError extends Error {
  override readonly name = 'WorkerStartError';
  readonly code = 'WORKER_START';
}

export function describeEnding({ exitCode, signal }: Ending): string {
  return signal === null ? `exit code ${exitCode}` : signal;
}
