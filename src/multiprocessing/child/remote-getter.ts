import { type ErrorRecord, fromRecord } from '../error-record.js';
import { Closed, Empty } from '../errors.js';
import { Fifo } from '../queue/fifo.js';
import { withTurns } from '../queue/loop-turn.js';
import { CLOSED_FOR_GET, emptyMessage } from '../queue/queue-end.js';
import type { Ask } from './ask.js';
import { sendUp } from './upstream.js';

// A consumer that gets item after item is sent items ahead: as many as it has been seen to consume in a few
// milliseconds. They stay on loan: one is consumed when `took` is on its way, which goes out before `get`
// resolves, so that no item is given out twice. Items ahead that nobody gets go back to the queue.

/** Items ahead are worth at most this much work: so long can they be kept from other consumers. */
const AHEAD_MS = 4;
/** A gap between two gets that long ends fetching ahead. */
const SLOW_MS = 4;
const MAX_AHEAD = 256;
/** Items ahead that nobody has got for so long go back. */
const RETURN_AFTER_MS = 10;

interface Get {
  resolve(item: unknown): void;
  reject(error: unknown): void;
}

/** The consumer's half of a child's line to a queue. */
export class RemoteGetter {
  readonly #queue: number;
  readonly #ask: Ask;
  readonly #gets = new Set<Get>();
  readonly #stock = new Fifo<unknown>();
  /** Items asked for and not yet here. */
  #asked = 0;
  #ahead = 0;
  #lastGet = 0;
  #isReturning = false;
  #isScheduled = false;
  #isEnded = false;
  /** While items go back: what is still on its way to here follows them, or later items would come first. */
  #givingBack: Promise<void> | undefined;

  constructor(queue: number, ask: Ask) {
    this.#queue = queue;
    this.#ask = ask;
  }

  get isIdle(): boolean {
    return this.#gets.size === 0 && this.#stock.length === 0;
  }

  get(timeoutMs: number | undefined): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const enter = () => this.#enter({ resolve, reject }, timeoutMs);
      if (this.#stock.length > 0) withTurns(enter);
      else enter();
    });
  }

  async getNowait(): Promise<unknown> {
    if (this.#gets.size > 0) throw new Empty(emptyMessage(undefined)); // others wait already
    await this.#givingBack;
    if (this.#stock.length === 0) await this.#askForOne();
    if (this.#stock.length === 0) throw new Empty(emptyMessage(undefined)); // another get was faster
    return new Promise((resolve, reject) => this.#serve([{ resolve, reject }]));
  }

  receive(items: readonly unknown[]): void {
    if (this.#givingBack !== undefined) {
      this.#sendBack(items.length);
      return;
    }
    this.#asked = Math.max(0, this.#asked - items.length);
    for (const item of items) this.#stock.push(item);
    this.#serveWaiting();
  }

  receiveError(record: ErrorRecord): void {
    if (this.#givingBack !== undefined) {
      this.#sendBack(1);
      return;
    }
    this.#asked = Math.max(0, this.#asked - 1);
    this.#stock.push(new Unsendable(fromRecord(record)));
    this.#serveWaiting();
  }

  end(): void {
    this.#isEnded = true;
    for (const get of this.#gets) get.reject(new Closed(CLOSED_FOR_GET));
    this.#gets.clear();
  }

  #enter(get: Get, timeoutMs: number | undefined): void {
    if (this.#stock.length > 0) this.#serve([get]);
    else if (this.#isEnded) get.reject(new Closed(CLOSED_FOR_GET));
    else this.#wait(get, timeoutMs);
  }

  #wait(get: Get, timeoutMs: number | undefined): void {
    const timer =
      timeoutMs === undefined
        ? undefined
        : setTimeout(() => {
            this.#gets.delete(waiting);
            get.reject(new Empty(emptyMessage(timeoutMs)));
          }, timeoutMs);
    const waiting: Get = {
      resolve: item => {
        clearTimeout(timer);
        get.resolve(item);
      },
      reject: error => {
        clearTimeout(timer);
        get.reject(error);
      },
    };
    this.#gets.add(waiting);
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    queueMicrotask(() => {
      this.#isScheduled = false;
      if (this.#givingBack === undefined) this.#took(0);
    });
  }

  #serveWaiting(): void {
    const served: Get[] = [];
    for (const get of this.#gets) {
      if (served.length === this.#stock.length) break;
      this.#gets.delete(get);
      served.push(get);
    }
    this.#serve(served);
    if (this.#stock.length > 0) this.#returnLater();
  }

  /** Hands out the first items; there are enough in stock. */
  #serve(gets: readonly Get[]): void {
    if (gets.length === 0) return;
    this.#watchPace();
    const items = gets.map(() => this.#stock.shift()?.value);
    this.#took(gets.length);
    gets.forEach((get, index) => {
      const item = items[index];
      if (item instanceof Unsendable) get.reject(item.error);
      else get.resolve(item);
    });
  }

  #took(count: number): void {
    const want = this.#more();
    if (count === 0 && want === 0) return;
    this.#asked += want;
    sendUp({ kind: 'took', queue: this.#queue, count, want });
  }

  /** What to ask for: enough for those who wait and, once half of the items ahead is used up, for the next. */
  #more(): number {
    const coming = this.#asked + this.#stock.length;
    const ahead = coming * 2 <= this.#ahead ? this.#ahead : 0;
    return Math.max(0, this.#gets.size + ahead - coming);
  }

  #watchPace(): void {
    const now = performance.now();
    const gapMs = now - this.#lastGet;
    this.#lastGet = now;
    if (gapMs > SLOW_MS) this.#ahead = 0;
    else this.#ahead = Math.min(MAX_AHEAD, this.#ahead * 2 + 1, Math.floor(AHEAD_MS / gapMs));
  }

  #returnLater(): void {
    if (this.#isReturning) return;
    this.#isReturning = true;
    setTimeout(() => {
      this.#isReturning = false;
      if (this.#stock.length === 0) return;
      if (performance.now() - this.#lastGet < RETURN_AFTER_MS) this.#returnLater();
      else this.#returnAll();
    }, RETURN_AFTER_MS);
  }

  #returnAll(): void {
    const count = this.#stock.length;
    while (this.#stock.shift() !== undefined);
    this.#asked = 0;
    this.#ahead = 0;
    this.#sendBack(count);
    // The answer comes behind all that was sent before the return was known.
    this.#givingBack = new Promise(resolve => {
      this.#ask({ kind: 'size' }, () => {
        this.#givingBack = undefined;
        resolve();
        if (this.#gets.size > 0) this.#took(0);
      });
    });
  }

  #sendBack(count: number): void {
    sendUp({ kind: 'returned', queue: this.#queue, count });
  }

  #askForOne(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#ask({ kind: 'takeOne' }, ({ kind }) => {
        if (kind === 'delivered') resolve();
        else if (kind === 'closed') reject(new Closed(CLOSED_FOR_GET));
        else reject(new Empty(emptyMessage(undefined)));
      });
    });
  }
}

/** Stands in the stock for an item that could not be sent. */
class Unsendable {
  readonly error: Error;

  constructor(error: Error) {
    this.error = error;
  }
}
