import { Closed, Full } from '../errors.js';
import type { Answer } from '../messages.js';
import { withTurns } from '../queue/loop-turn.js';
import { CLOSED_FOR_PUT, fullMessage } from '../queue/queue-end.js';
import type { Ask } from './ask.js';
import { sendUp } from './upstream.js';

// On credit, items go out at once, all of one tick in one message, and a put is done when the kernel has it.
// Without credit the first waiting item is offered: it waits at the queue's door, and the answer brings credit.
// One offer at a time, nothing overtakes it: so the order is kept.

/** A message with more items than this would keep the other side from its work for too long. */
const MAX_ITEMS_A_MESSAGE = 512;

interface Put {
  readonly item: unknown;
  readonly timeoutMs: number | undefined;
  timer?: NodeJS.Timeout;
  resolve(): void;
  reject(error: unknown): void;
}

/** The producer's half of a child's line to a queue. */
export class RemotePutter {
  readonly #queue: number;
  readonly #ask: Ask;
  readonly #puts = new Set<Put>();
  #credit = 0;
  #offered: { readonly put: Put; readonly ticket: number } | undefined;
  #isScheduled = false;
  #isClosed = false;
  #onFlushed: (() => void)[] = [];

  constructor(queue: number, ask: Ask) {
    this.#queue = queue;
    this.#ask = ask;
  }

  get isIdle(): boolean {
    return this.#puts.size === 0;
  }

  put(item: unknown, timeoutMs: number | undefined): Promise<void> {
    if (this.#isClosed) return Promise.reject(new Closed(CLOSED_FOR_PUT));
    return new Promise((resolve, reject) => {
      const put: Put = { item, timeoutMs, resolve, reject };
      if (timeoutMs !== undefined) put.timer = setTimeout(() => this.#giveUp(put), timeoutMs);
      this.#puts.add(put);
      if (this.#isScheduled) return;
      this.#isScheduled = true;
      queueMicrotask(() => this.push());
    });
  }

  async putNowait(item: unknown): Promise<void> {
    if (this.#isClosed) throw new Closed(CLOSED_FOR_PUT);
    this.push();
    if (this.#puts.size > 0) throw new Full(fullMessage(undefined)); // others wait already
    await new Promise<void>((resolve, reject) => {
      this.#ask({ kind: 'offer', item, block: false }, answer =>
        settle({ resolve, reject }, answer, undefined),
      );
    });
  }

  /** Send what may be sent. */
  push(): void {
    this.#isScheduled = false;
    if (this.#offered !== undefined) return;
    while (this.#puts.size > 0 && this.#credit > 0) this.#sendBatch();
    for (const put of this.#puts) {
      if (this.#offer(put)) break;
    }
    if (this.#puts.size === 0) this.#tellFlushed();
  }

  flush(): Promise<void> | undefined {
    this.push();
    if (this.#puts.size === 0) return undefined;
    return new Promise(resolve => {
      this.#onFlushed.push(resolve);
    });
  }

  credit(count: number): void {
    if (this.#isClosed) return;
    this.#credit += count;
    this.push();
  }

  close(): void {
    this.#isClosed = true;
    this.#credit = 0;
    for (const put of this.#puts) {
      if (put !== this.#offered?.put) this.#drop(put, new Closed(CLOSED_FOR_PUT));
    }
    if (this.#puts.size === 0) this.#tellFlushed();
  }

  #sendBatch(): void {
    const batch: Put[] = [];
    for (const put of this.#puts) {
      this.#forget(put);
      batch.push(put);
      if (batch.length === Math.min(this.#credit, MAX_ITEMS_A_MESSAGE)) break;
    }
    if (this.#send(batch) !== undefined) {
      // One of them cannot be cloned: alone, each shows whether it is the one.
      for (const put of batch) {
        const refused = this.#send([put]);
        if (refused !== undefined) put.reject(refused.error);
      }
    }
  }

  #send(batch: readonly Put[]): { readonly error: unknown } | undefined {
    try {
      sendUp({ kind: 'put', queue: this.#queue, items: batch.map(put => put.item) }, error => {
        for (const put of batch) {
          if (error === null) withTurns(put.resolve);
          else put.reject(new Closed('put: the process that holds the queue has gone', { cause: error }));
        }
      });
      this.#credit -= batch.length;
      return undefined;
    } catch (error) {
      return { error };
    }
  }

  /** @returns whether the item has gone out */
  #offer(put: Put): boolean {
    try {
      const ticket = this.#ask({ kind: 'offer', item: put.item, block: true }, answer => {
        this.#offered = undefined;
        this.#forget(put);
        settle(put, answer, put.timeoutMs);
        this.push();
      });
      this.#offered = { put, ticket };
      return true;
    } catch (error) {
      this.#drop(put, error);
      return false;
    }
  }

  #giveUp(put: Put): void {
    if (this.#offered?.put === put) {
      // The other side decides whether the item was taken before: its answer settles the put.
      sendUp({ kind: 'withdraw', queue: this.#queue, ticket: this.#offered.ticket });
    } else {
      this.#drop(put, new Full(fullMessage(put.timeoutMs)));
    }
  }

  #drop(put: Put, error: unknown): void {
    this.#forget(put);
    put.reject(error);
  }

  #forget(put: Put): void {
    clearTimeout(put.timer);
    this.#puts.delete(put);
  }

  #tellFlushed(): void {
    if (this.#onFlushed.length === 0) return;
    const waiting = this.#onFlushed;
    this.#onFlushed = [];
    for (const resolve of waiting) resolve();
  }
}

function settle(put: Pick<Put, 'resolve' | 'reject'>, answer: Answer, timeoutMs: number | undefined): void {
  switch (answer.kind) {
    case 'taken':
      put.resolve();
      break;
    case 'closed':
      put.reject(new Closed(CLOSED_FOR_PUT));
      break;
    default:
      put.reject(new Full(fullMessage(timeoutMs)));
  }
}
