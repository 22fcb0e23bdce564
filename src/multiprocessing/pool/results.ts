import { Fifo } from '../queue/fifo.js';

/** Results on their way to whoever fetches them, in the order of their items or in that of their arrival. */
export class Results<T> {
  readonly #isOrdered: boolean;
  readonly #ready = new Fifo<Outcome<T>>();
  /** Arrived before their turn. */
  readonly #early = new Map<number, Outcome<T>>();
  readonly #fetches = new Fifo<Fetch<T>>();
  #turn = 0;
  #isOver = false;

  constructor(order: 'in order' | 'as they come') {
    this.#isOrdered = order === 'in order';
  }

  add(index: number, outcome: Outcome<T>): void {
    if (this.#isOver) return;
    if (this.#isOrdered) this.#early.set(index, outcome);
    else this.#ready.push(outcome);
    for (let next = this.#early.get(this.#turn); next !== undefined; next = this.#early.get(this.#turn)) {
      this.#early.delete(this.#turn);
      this.#turn += 1;
      this.#ready.push(next);
    }
    this.#serve();
  }

  /** Nothing more comes, but this error if one is given. */
  end(failure?: { readonly error: unknown }): void {
    if (this.#isOver) return;
    this.#isOver = true;
    if (failure !== undefined) this.#ready.push({ kind: 'error', error: failure.error });
    this.#serve();
  }

  next(): Promise<IteratorResult<T, undefined>> {
    return new Promise((resolve, reject) => {
      this.#fetches.push({ resolve, reject });
      this.#serve();
    });
  }

  #serve(): void {
    while (this.#fetches.length > 0 && (this.#ready.length > 0 || this.#isOver)) {
      const fetch = this.#fetches.shift()?.value;
      const outcome = this.#ready.shift()?.value;
      if (outcome === undefined) fetch?.resolve({ done: true, value: undefined });
      else if (outcome.kind === 'error') fetch?.reject(outcome.error);
      else fetch?.resolve({ done: false, value: outcome.value });
    }
  }
}

type Outcome<T> =
  | { readonly kind: 'value'; readonly value: T }
  | { readonly kind: 'error'; readonly error: unknown };

interface Fetch<T> {
  resolve(result: IteratorResult<T, undefined>): void;
  reject(error: unknown): void;
}
