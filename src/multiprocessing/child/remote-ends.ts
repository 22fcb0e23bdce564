import type { QueueToChild } from '../messages.js';

/** A queue of the parent's, as far as the channel knows it. */
export interface RemoteEnd {
  receive(message: QueueToChild): void;
  /** Hands to the channel what has been put. */
  flush(): void;
  /** The parent has gone. */
  cut(): void;
}

/** The parent's queues that this process knows. Kept small: it loads in every child, the queues only where one is passed. */
export class RemoteEnds {
  readonly #ends = new Map<number, RemoteEnd>();

  add(queue: number, end: RemoteEnd): void {
    this.#ends.set(queue, end);
  }

  delete(queue: number): void {
    this.#ends.delete(queue);
  }

  receive(message: QueueToChild): void {
    this.#ends.get(message.queue)?.receive(message);
  }

  /** A put that a task has not awaited goes out before the task's outcome. */
  flush(): void {
    for (const end of this.#ends.values()) end.flush();
  }

  cut(): void {
    for (const end of this.#ends.values()) end.cut();
  }
}
