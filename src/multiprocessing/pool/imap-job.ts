import { fromRecord } from '../error-record.js';
import type { ChunkFailure } from '../messages.js';
import { Fifo } from '../queue/fifo.js';
import type { AnyFunction, ResultOf, Task } from '../task.js';
import { Chunk } from './chunk.js';
import { ChunkPace } from './chunk-pace.js';
import type { Crew } from './crew.js';
import type { Results } from './results.js';
import type { Job, Work } from './work.js';

/**
 * `imap`, `imapUnordered`: one call an item; results are fetched one by one.
 * Input is read as results are fetched: never more than `bound` items stand between the two.
 */
export class ImapJob<F extends AnyFunction> implements Job, AsyncIterableIterator<ResultOf<F>, undefined> {
  readonly #crew: Crew;
  readonly #task: Task<F>;
  readonly #input: Iterator<unknown> | AsyncIterator<unknown>;
  readonly #bound: number;
  readonly #results: Results<ResultOf<F>>;
  readonly #pace = new ChunkPace();
  readonly #pulled = new Fifo<Entry>();
  #count = 0;
  /** Pulled and not yet fetched. */
  #between = 0;
  /** Pulled and without an outcome. */
  #missing = 0;
  #isPulling = false;
  #isInputOver = false;
  #isOver = false;

  constructor(
    crew: Crew,
    task: Task<F>,
    items: Iterable<unknown> | AsyncIterable<unknown>,
    bound: number,
    results: Results<ResultOf<F>>,
  ) {
    this.#crew = crew;
    this.#task = task;
    this.#input = Symbol.asyncIterator in items ? items[Symbol.asyncIterator]() : items[Symbol.iterator]();
    this.#bound = bound;
    this.#results = results;
  }

  /** Begin to read; the crew knows the job by then. */
  start(): this {
    void this.#pull();
    return this;
  }

  get hasWork(): boolean {
    return !this.#isOver && this.#pulled.length > 0;
  }

  take(): Work {
    const entries: Entry[] = [];
    // No more than a share of the bound in one chunk: all workers are to have work.
    const share = Math.ceil(this.#bound / (2 * this.#crew.size));
    for (
      let left = Math.min(share, this.#pace.next(this.#pulled.length, this.#crew.size));
      left > 0;
      left--
    ) {
      const entry = this.#pulled.shift();
      if (entry !== undefined) entries.push(entry.value);
    }
    return new Chunk(
      this.#task,
      entries.map(entry => entry.item),
      this.#pace,
      {
        onDone: (values, failures) => this.#store(entries, values, failures),
        onGivenBack: (from, to) => {
          for (const entry of entries.slice(from, to)) this.#pulled.push(entry);
          if (!this.#isOver) this.#crew.wake(this);
        },
        onFailed: error => this.abandon(error),
      },
    );
  }

  abandon(error: unknown): void {
    this.#finish({ error });
  }

  async next(): Promise<IteratorResult<ResultOf<F>, undefined>> {
    try {
      return await this.#results.next();
    } finally {
      this.#between -= 1;
      void this.#pull();
    }
  }

  /** No more calls are begun; those that run are left to end. */
  async return(): Promise<IteratorResult<ResultOf<F>, undefined>> {
    const wasOver = this.#isInputOver;
    this.#finish();
    if (!wasOver) await this.#input.return?.();
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async #pull(): Promise<void> {
    if (this.#isPulling) return;
    this.#isPulling = true;
    try {
      while (this.#between < this.#bound && !this.#isInputOver) {
        const { done, value } = await this.#input.next();
        if (this.#isInputOver) break; // given up meanwhile
        if (done) this.#isInputOver = true;
        else this.#accept(value);
      }
    } catch (error) {
      this.abandon(error);
    } finally {
      this.#isPulling = false;
    }
    this.#finishIfDone();
  }

  #accept(item: unknown): void {
    this.#pulled.push({ index: this.#count, item });
    this.#count += 1;
    this.#between += 1;
    this.#missing += 1;
    this.#crew.wake(this);
  }

  #store(entries: readonly Entry[], values: readonly unknown[], failures: readonly ChunkFailure[]): void {
    const errors = new Map(failures.map(failure => [failure.index, failure.error]));
    for (const [at, value] of values.entries()) {
      const index = entries[at]?.index;
      if (index === undefined) continue;
      const error = errors.get(at);
      if (error !== undefined) this.#results.add(index, { kind: 'error', error: fromRecord(error) });
      else this.#results.add(index, { kind: 'value', value: value as ResultOf<F> }); // by the task's type
    }
    this.#missing -= values.length;
    this.#finishIfDone();
  }

  #finishIfDone(): void {
    if (this.#isInputOver && this.#missing === 0) this.#finish();
  }

  #finish(failure?: { readonly error: unknown }): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#isInputOver = true;
    this.#results.end(failure);
    this.#crew.settled(this);
  }
}

interface Entry {
  readonly index: number;
  readonly item: unknown;
}
