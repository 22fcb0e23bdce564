import { Closed, Full } from '../errors.js';
import type { Answer } from '../messages.js';
import { withTurns } from '../queue/loop-turn.js';
import { CLOSED_FOR_PUT, fullMessage } from '../queue/queue-end.js';
import type { Asks, Send } from './ask.js';

/**
 * The producer's half of a child's line to a queue. All puts of one tick go out in one message, in their order. Where
 * the queue is never full they go unasked, and a put is done when the kernel has it; else when the queue has taken it.
 */
export class RemotePutter {
  readonly #queue: number;
  readonly #asks: Asks;
  readonly #send: Send;
  /** Of this tick. */
  #puts: Put[] = [];
  #isFree = false;
  #isClosed = false;

  constructor(queue: number, asks: Asks, send: Send) {
    this.#queue = queue;
    this.#asks = asks;
    this.#send = send;
  }

  get isIdle(): boolean {
    return this.#puts.length === 0;
  }

  put(item: unknown, timeoutMs: number | undefined): Promise<void> {
    if (this.#isClosed) return Promise.reject(new Closed(CLOSED_FOR_PUT));
    return new Promise((resolve, reject) => {
      this.#puts.push({ item, timeoutMs, resolve, reject });
      if (this.#puts.length === 1) queueMicrotask(() => this.push());
    });
  }

  async putNowait(item: unknown): Promise<void> {
    if (this.#isFree || this.#isClosed) {
      await this.put(item, undefined);
      return;
    }
    this.push();
    await new Promise<void>((resolve, reject) => {
      this.#asks.ask({ kind: 'putNowait', item }, undefined, answer =>
        settle({ timeoutMs: undefined, resolve, reject }, answer),
      );
    });
  }

  /** Send what has been put. */
  push(): void {
    const puts = this.#puts;
    this.#puts = [];
    for (let from = 0; from < puts.length; from += MAX_ITEMS_A_MESSAGE) {
      const batch = puts.slice(from, from + MAX_ITEMS_A_MESSAGE);
      try {
        this.#sendBatch(batch);
      } catch {
        // An item cannot be cloned: alone, each shows whether it is the one.
        for (const put of batch) this.#sendAlone(put);
      }
    }
  }

  /** The queue is never full. */
  free(): void {
    this.#isFree = true;
  }

  close(): void {
    this.push();
    this.#isClosed = true;
  }

  #sendAlone(put: Put): void {
    try {
      this.#sendBatch([put]);
    } catch (error) {
      put.reject(error);
    }
  }

  /** @throws {DataCloneError} where an item cannot be cloned */
  #sendBatch(batch: readonly Put[]): void {
    if (this.#isFree) this.#sendUnasked(batch);
    else this.#offer(batch);
  }

  #sendUnasked(batch: readonly Put[]): void {
    const items = batch.map(put => put.item);
    this.#send({ kind: 'put', queue: this.#queue, ticket: undefined, items }, error => {
      for (const put of batch) {
        if (error === null) withTurns(put.resolve);
        else put.reject(new Closed('put: the process that holds the queue has gone', { cause: error }));
      }
    });
  }

  #offer(batch: readonly Put[]): void {
    this.#asks.put(
      batch.map(put => put.item),
      batch.map(put => ({ timeoutMs: put.timeoutMs, onAnswer: answer => settle(put, answer) })),
    );
  }
}

/** A message with more items than this would keep the other side from its work for too long. */
const MAX_ITEMS_A_MESSAGE = 512;

interface Put {
  readonly item: unknown;
  readonly timeoutMs: number | undefined;
  resolve(): void;
  reject(error: unknown): void;
}

function settle({ timeoutMs, resolve, reject }: Omit<Put, 'item'>, answer: Answer): void {
  if (answer.kind === 'taken') resolve();
  else if (answer.kind === 'closed') reject(new Closed(CLOSED_FOR_PUT));
  else reject(new Full(fullMessage(timeoutMs)));
}
