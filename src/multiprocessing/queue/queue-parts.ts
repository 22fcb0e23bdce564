// What comes together at a queue.

/** An item that has left the queue's head; its number is its place, should it come back. */
export interface Loan<T> {
  readonly item: T;
  readonly place: number;
}

/** Whoever waits for items: a `get` in this process, or the port of another. */
export interface Taker<T> {
  /** @returns whether it wants another one */
  deliver(loan: Loan<T>): boolean;
  /** Closed and empty: nothing will come. */
  end(): void;
}

/** An item that waits for room. One on credit has no `refused`: its put has been acknowledged. */
export interface Arrival<T> {
  readonly item: T;
  taken?(): void;
  refused?(): void;
}

/** What a queue needs of the port of another process. */
export interface Port {
  /** Items that the other process may still put unasked. */
  readonly credit: number;
  readonly isProducer: boolean;
  hold(): void;
  release(): void;
  closing(): void;
}
