/** Knows whether the storage is slow, by how long the last calls to source and destination took. */
export class StorageSpeed {
  readonly #source = new Side();
  readonly #destination = new Side();
  readonly #isKnownSlow: boolean;

  /** @param isKnownSlow whether it counts as slow whatever calls take */
  constructor(isKnownSlow = false) {
    this.#isKnownSlow = isKnownSlow;
  }

  get isSlow(): boolean {
    return this.#isKnownSlow || this.#source.isSlow || this.#destination.isSlow;
  }

  /** Runs what makes a few calls to the source. */
  ofSource<T>(calls: () => T): T {
    return this.#source.time(calls);
  }

  /** @param callMs how long a call took, as it was timed elsewhere */
  tookAtSource(callMs: number): void {
    this.#source.took(callMs);
  }

  ofDestination<T>(calls: () => T): T {
    return this.#destination.time(calls);
  }

  /** What the slower side took for a call that a worker made. */
  ofBoth(callMs: number): void {
    this.#source.took(callMs);
    this.#destination.took(callMs);
  }
}

class Side {
  readonly #lastMs: number[] = [];
  isSlow = false;

  time<T>(calls: () => T): T {
    const sinceMs = performance.now();
    try {
      return calls();
    } finally {
      this.took(performance.now() - sinceMs);
    }
  }

  took(ms: number): void {
    this.#lastMs.push(ms);
    if (this.#lastMs.length > SAMPLES) this.#lastMs.shift();
    const slow = this.#lastMs.filter(last => last > SLOW_MS).length;
    const quick = this.#lastMs.filter(last => last < QUICK_MS).length;
    // One call may take long on a busy machine, or as the first of its kind; not most of them.
    if (slow > SAMPLES / 2) this.isSlow = true;
    else if (quick > SAMPLES / 2) this.isSlow = false;
  }
}

const SAMPLES = 5;
/** A message to a worker and its thread cost as much; storage on this machine answers within a tenth of it. */
const SLOW_MS = 0.3;
const QUICK_MS = 0.2;
