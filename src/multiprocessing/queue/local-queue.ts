import { Closed, Empty, Full } from '../errors.js';
import { Fifo } from './fifo.js';
import { withTurns } from './loop-turn.js';
import {
  CLOSED_FOR_GET,
  CLOSED_FOR_PUT,
  emptyMessage,
  fullMessage,
  type QueueEnd,
  type QueueSize,
} from './queue-end.js';
import type { Arrival, Loan, Port, Taker } from './queue-parts.js';

/** The queue itself: items in order, those who wait for one, and those who wait for room. */
export class LocalQueue<T> implements QueueEnd<T> {
  readonly id = ++queuesMade;
  readonly #bound: number;
  readonly #items = new Fifo<T>();
  /** The place of the first of `#items`. */
  #firstPlace = 0;
  /** Loans that came back, in order; they all stand before `#items`. */
  #returned: Loan<T>[] = [];
  #lent = 0;
  readonly #door = new Set<Arrival<T>>();
  readonly #takers = new Set<Taker<T>>();
  readonly #ports = new Set<Port>();
  /** Calls in this process that wait: meanwhile the processes that could help hold the program. */
  #waiting = 0;
  #closed = false;
  #ended = false;

  constructor(maxSize: number) {
    this.#bound = maxSize === 0 ? Number.POSITIVE_INFINITY : maxSize;
  }

  get isClosed(): boolean {
    return this.#closed;
  }

  get isEnded(): boolean {
    return this.#ended;
  }

  put(item: T, timeoutMs: number | undefined): Promise<void> {
    if (this.#closed) return Promise.reject(new Closed(CLOSED_FOR_PUT));
    if (this.hasRoom) {
      this.arrive({ item });
      return new Promise(withTurns);
    }
    return new Promise((resolve, reject) => {
      const settle = this.#wait(timeoutMs, () => {
        this.#door.delete(arrival);
        reject(new Full(fullMessage(timeoutMs)));
      });
      const arrival: Arrival<T> = {
        item,
        taken: () => settle(resolve),
        refused: () => settle(() => reject(new Closed(CLOSED_FOR_PUT))),
      };
      this.arrive(arrival);
    });
  }

  async putNowait(item: T): Promise<void> {
    if (this.#closed) throw new Closed(CLOSED_FOR_PUT);
    if (!this.hasRoom) throw new Full(fullMessage(undefined));
    this.arrive({ item });
  }

  get(timeoutMs: number | undefined): Promise<T> {
    const loan = this.takeNow();
    if (loan !== undefined) return Promise.resolve(loan.item);
    if (this.#ended) return Promise.reject(new Closed(CLOSED_FOR_GET));
    return new Promise((resolve, reject) => {
      const settle = this.#wait(timeoutMs, () => {
        this.#takers.delete(taker);
        reject(new Empty(emptyMessage(timeoutMs)));
      });
      const taker: Taker<T> = {
        deliver: ({ item }) => settle(() => resolve(item)),
        end: () => settle(() => reject(new Closed(CLOSED_FOR_GET))),
      };
      this.#takers.add(taker);
    });
  }

  async getNowait(): Promise<T> {
    const loan = this.takeNow();
    if (loan !== undefined) return loan.item;
    throw this.#ended ? new Closed(CLOSED_FOR_GET) : new Empty(emptyMessage(undefined));
  }

  async size(): Promise<QueueSize> {
    return this.sizeNow();
  }

  async close(): Promise<void> {
    this.closeNow();
  }

  sizeNow(): QueueSize {
    return { size: this.#held, full: this.#held >= this.#bound };
  }

  closeNow(): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const arrival of this.#door) {
      if (arrival.refused === undefined) continue;
      this.#door.delete(arrival);
      arrival.refused();
    }
    for (const port of this.#ports) port.closing();
    this.settle();
  }

  get isUnbounded(): boolean {
    return this.#bound === Number.POSITIVE_INFINITY;
  }

  /** Whether an item that arrives now is taken in at once. */
  get hasRoom(): boolean {
    return this.#held < this.#bound; // nobody stands at the door, then
  }

  arrive(arrival: Arrival<T>): void {
    this.#door.add(arrival);
    this.settle();
  }

  /** @returns whether it still waited for room */
  withdraw(arrival: Arrival<T>): boolean {
    return this.#door.delete(arrival);
  }

  /** The first item, if nobody waits for it already. */
  takeNow(): Loan<T> | undefined {
    const loan = this.#first();
    if (loan !== undefined) this.settle();
    return loan;
  }

  takeWhenever(taker: Taker<T>): void {
    this.#takers.add(taker);
    this.settle();
  }

  stopTaking(taker: Taker<T>): void {
    this.#takers.delete(taker);
  }

  /** The same for another process: an item that is lent counts until it is consumed there. */
  lendNow(): Loan<T> | undefined {
    const loan = this.#first();
    if (loan === undefined) return undefined;
    this.lend();
    this.settle();
    return loan;
  }

  /** A taker has lent what was delivered to it. */
  lend(): void {
    this.#lent += 1;
  }

  consume(count: number): void {
    this.#lent -= count;
    this.settle();
  }

  takeBack(loans: readonly Loan<T>[]): void {
    this.#lent -= loans.length;
    this.#returned = [...this.#returned, ...loans].sort((a, b) => a.place - b.place);
    this.settle();
  }

  connect(port: Port): void {
    this.#ports.add(port);
    if (this.#waiting > 0) port.hold();
  }

  disconnect(port: Port): void {
    if (this.#waiting > 0) port.release();
    this.#ports.delete(port);
    this.settle();
  }

  /** Let in who waits for room, serve who waits for items, as far as it goes. */
  settle(): void {
    for (let moved = true; moved; ) {
      const admitted = this.#admit();
      moved = this.#serve() || admitted;
    }
    if (this.#closed && !this.#ended && this.#held === 0 && this.#door.size === 0 && this.#nothingComes()) {
      this.#ended = true;
      for (const taker of this.#takers) taker.end();
      this.#takers.clear();
    }
  }

  get #held(): number {
    return this.#items.length + this.#returned.length + this.#lent;
  }

  #admit(): boolean {
    if (this.#door.size === 0 || this.#held >= this.#bound) return false;
    for (const arrival of this.#door) {
      this.#door.delete(arrival);
      this.#items.push(arrival.item);
      arrival.taken?.();
      break;
    }
    return true;
  }

  #serve(): boolean {
    if (this.#takers.size === 0) return false;
    const loan = this.#first();
    if (loan === undefined) return false;
    for (const taker of this.#takers) {
      this.#takers.delete(taker);
      taker.deliver(loan);
      break;
    }
    return true;
  }

  #first(): Loan<T> | undefined {
    const returned = this.#returned.shift();
    if (returned !== undefined) return returned;
    const first = this.#items.shift();
    return first === undefined ? undefined : { item: first.value, place: this.#firstPlace++ };
  }

  /** A process that puts unasked may have put what has not been read yet, until it has confirmed the closing. */
  #nothingComes(): boolean {
    for (const port of this.#ports) if (port.isFree) return false;
    return true;
  }

  /** Begins a wait; the function given back ends it, once. */
  #wait(timeoutMs: number | undefined, onTimeout: () => void): (then: () => void) => void {
    this.#waiting += 1;
    if (this.#waiting === 1) for (const port of this.#ports) port.hold();
    const settle = (then: () => void) => {
      clearTimeout(timer);
      this.#waiting -= 1;
      if (this.#waiting === 0) for (const port of this.#ports) port.release();
      then();
    };
    const timer = timeoutMs === undefined ? undefined : setTimeout(() => settle(onTimeout), timeoutMs);
    return settle;
  }
}

let queuesMade = 0;
