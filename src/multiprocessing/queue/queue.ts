import { Closed } from '../errors.js';
import { LocalQueue } from './local-queue.js';
import type { QueueEnd } from './queue-end.js';

// A queue as programs and tasks use it, whichever process holds it.

/** What a queue stands on; the class assigns it, since it alone can see it. */
export let queueEnd: (queue: Queue) => QueueEnd<unknown>;

/**
 * First in, first out, between any processes: make it in one, pass it to tasks as an argument.
 * It lives in the process that made it and ends with that.
 */
export class Queue<T = unknown> implements AsyncIterable<T> {
  readonly #end: QueueEnd<T>;

  /**
   * @param maxSize the number of items at which `put` begins to wait; 0 (the default) means no bound.
   * The layer itself passes an end, where the queue lives in another process.
   */
  constructor(maxSize: number | QueueEnd<T> = 0) {
    this.#end = typeof maxSize === 'object' ? maxSize : new LocalQueue<T>(checkMaxSize(maxSize));
  }

  /**
   * Resolves once the item is in the queue or on its way there for good: it arrives even if this process is killed.
   * @throws {Closed}
   * @throws {Full} where `timeout` or `block: false` asks for it
   */
  put(item: T, options?: WaitOptions): Promise<void> {
    return options === undefined ? this.#end.put(item, undefined) : this.#putWithin(item, options);
  }

  /**
   * The oldest item. It has left the queue when this resolves, even if this process is killed right after.
   * @throws {Closed} when the queue is closed and empty
   * @throws {Empty} where `timeout` or `block: false` asks for it
   */
  get(options?: WaitOptions): Promise<T> {
    return options === undefined ? this.#end.get(undefined) : this.#getWithin(options);
  }

  /** `put` with `block: false`. */
  putNowait(item: T): Promise<void> {
    return this.#end.putNowait(item);
  }

  /** `get` with `block: false`. */
  getNowait(): Promise<T> {
    return this.#end.getNowait();
  }

  /** Items put and not yet got, those included that travel to a consumer. */
  async qsize(): Promise<number> {
    return (await this.#end.size()).size;
  }

  async empty(): Promise<boolean> {
    return (await this.#end.size()).size === 0;
  }

  async full(): Promise<boolean> {
    return (await this.#end.size()).full;
  }

  /** Take no more items, from anyone; what is in can still be got. Closing again does nothing. */
  close(): Promise<void> {
    return this.#end.close();
  }

  /** Gets items until the queue is closed and empty. */
  async *[Symbol.asyncIterator](): AsyncGenerator<T, void, undefined> {
    for (;;) {
      let item: T;
      try {
        item = await this.#end.get(undefined);
      } catch (error) {
        if (error instanceof Closed) return;
        throw error;
      }
      yield item;
    }
  }

  async #putWithin(item: T, { block = true, timeout }: WaitOptions): Promise<void> {
    return block ? this.#end.put(item, checkTimeout(timeout)) : this.#end.putNowait(item);
  }

  async #getWithin({ block = true, timeout }: WaitOptions): Promise<T> {
    return block ? this.#end.get(checkTimeout(timeout)) : this.#end.getNowait();
  }

  static {
    queueEnd = queue => queue.#end;
  }
}

export interface WaitOptions {
  /** false: reject at once (`Full`, `Empty`) instead of waiting. Default true. */
  readonly block?: boolean;
  /** Milliseconds to wait before `Full` or `Empty`. Default: no end. */
  readonly timeout?: number;
}

/** setTimeout takes no more; beyond, it fires at once. */
const MAX_TIMEOUT_MS = 2 ** 31 - 1;

/** @returns a delay that setTimeout keeps, or undefined for no end */
export function checkTimeout(timeout: number | undefined): number | undefined {
  if (timeout === undefined || timeout === Number.POSITIVE_INFINITY) return undefined;
  if (typeof timeout === 'number' && timeout >= 0) return Math.min(timeout, MAX_TIMEOUT_MS);
  throw new RangeError(`timeout must be a number of milliseconds of at least 0, got ${String(timeout)}`);
}

function checkMaxSize(maxSize: number): number {
  if (Number.isInteger(maxSize) && maxSize >= 0) return maxSize;
  throw new RangeError(`maxSize must be a whole number of at least 0, got ${String(maxSize)}`);
}
