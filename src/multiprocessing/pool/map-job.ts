import { fromRecord } from '../error-record.js';
import type { ChunkFailure } from '../messages.js';
import type { AnyFunction, ResultOf, Task } from '../task.js';
import { Chunk } from './chunk.js';
import { ChunkPace } from './chunk-pace.js';
import type { Crew } from './crew.js';
import type { Job, Work } from './work.js';

/** `map`: one call an item, all results in one promise. */
export class MapJob<F extends AnyFunction> implements Job {
  readonly outcome: Promise<ResultOf<F>[]>;
  readonly #crew: Crew;
  readonly #task: Task<F>;
  readonly #items: readonly unknown[];
  readonly #results: ResultOf<F>[];
  readonly #pace = new ChunkPace();
  /** The first item that no worker has been given. */
  #next = 0;
  /** What workers have given back: from, up to. */
  readonly #givenBack: [number, number][] = [];
  #missing: number;
  #isSettled = false;
  #resolve: (results: ResultOf<F>[]) => void = unset;
  #reject: (error: unknown) => void = unset;

  constructor(crew: Crew, task: Task<F>, items: readonly unknown[]) {
    this.#crew = crew;
    this.#task = task;
    this.#items = items;
    this.#missing = items.length;
    this.#results = new Array<ResultOf<F>>(items.length);
    this.outcome = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  get hasWork(): boolean {
    return !this.#isSettled && (this.#givenBack.length > 0 || this.#next < this.#items.length);
  }

  take(): Work {
    const [from, to] = this.#givenBack.pop() ?? this.#nextRange();
    return new Chunk(this.#task, this.#items.slice(from, to), this.#pace, {
      onDone: (values, failures) => this.#store(from, values, failures),
      onGivenBack: (start, end) => {
        this.#givenBack.push([from + start, from + end]);
        if (!this.#isSettled) this.#crew.wake(this);
      },
      onFailed: error => this.abandon(error),
    });
  }

  abandon(error: unknown): void {
    this.#settle(() => this.#reject(error));
  }

  #nextRange(): [number, number] {
    const from = this.#next;
    this.#next += this.#pace.next(this.#items.length - from, this.#crew.size);
    return [from, this.#next];
  }

  #store(from: number, values: readonly unknown[], failures: readonly ChunkFailure[]): void {
    const [failure] = failures;
    if (failure !== undefined) {
      this.abandon(fromRecord(failure.error));
      return;
    }
    let at = from;
    for (const value of values) this.#results[at++] = value as ResultOf<F>; // by the task's type
    this.#missing -= values.length;
    if (this.#missing === 0) this.#settle(() => this.#resolve(this.#results));
  }

  #settle(settle: () => void): void {
    if (this.#isSettled) return;
    this.#isSettled = true;
    settle();
    this.#crew.settled(this);
  }
}

/** Replaced while the promise is made. */
function unset(): void {}
