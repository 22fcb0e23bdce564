import { StateError } from '../errors.js';
import type { ChunkFailure } from '../messages.js';
import type { Task } from '../task.js';
import type { ChunkPace } from './chunk-pace.js';
import type { Work } from './work.js';

/** Several calls of one task, which travel to a worker together. */
export class Chunk implements Work {
  readonly kind = 'runEach';
  readonly task: Task;
  readonly args: readonly unknown[];
  readonly #pace: ChunkPace;
  readonly #owner: ChunkOwner;
  readonly #takenAt = performance.now();
  #sendMs = 0;
  /** Calls from here on have been given back. */
  #end: number;

  constructor(task: Task, items: readonly unknown[], pace: ChunkPace, owner: ChunkOwner) {
    this.task = task;
    this.args = items;
    this.#end = items.length;
    this.#pace = pace;
    this.#owner = owner;
  }

  onRunning(): void {
    this.#sendMs = performance.now() - this.#takenAt; // large items take long to send, however quick their task
  }

  doneEach(values: readonly unknown[], failures: readonly ChunkFailure[], durationMs: number): void {
    this.#pace.learn(values.length, durationMs + this.#sendMs);
    this.#owner.onDone(values, failures);
    this.gaveBack(values.length);
  }

  gaveBack(from: number): void {
    const to = this.#end;
    this.#end = from;
    if (from < to) this.#owner.onGivenBack(from, to);
  }

  failed(error: unknown): void {
    this.#owner.onFailed(error);
  }

  done(): void {
    throw new StateError('several calls were answered as if they were one');
  }
}

interface ChunkOwner {
  /** Outcomes of the first `values.length` calls; a failed one has `undefined` among the values. */
  onDone(values: readonly unknown[], failures: readonly ChunkFailure[]): void;
  /** The calls from `from` up to `to` were not begun. */
  onGivenBack(from: number, to: number): void;
  onFailed(error: unknown): void;
}
