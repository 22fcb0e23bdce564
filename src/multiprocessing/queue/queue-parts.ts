// What comes together at a queue.

/** An item that has left the queue's head; its number is its place, should it come back. */
export interface Loan<T> {
  readonly item: T;
  readonly place: number;
}

/** A get that waits for an item, of this process or another. */
export interface Taker<T> {
  deliver(loan: Loan<T>): void;
  /** Closed and empty: nothing will come. */
  end(): void;
}

/** An item that waits for room. One that was put unasked has no `refused`: its put has been acknowledged. */
export interface Arrival<T> {
  readonly item: T;
  taken?(): void;
  refused?(): void;
}

/** What a queue needs of the port of another process. */
export interface Port {
  /** Whether the other process may put unasked: what it has put may not have been read yet. */
  readonly isFree: boolean;
  hold(): void;
  release(): void;
  closing(): void;
}
