/**
 * Knows whether the storage is slow, by how long the last calls to it took, of each kind by itself: attributes that a
 * listing brings along are looked at in no time on slow storage, too.
 */
export class StorageSpeed {
  readonly #opening = new Calls();
  readonly #looking = new Calls();
  readonly #destination = new Calls();
  readonly #all = [this.#opening, this.#looking, this.#destination];
  readonly #isKnownSlow: boolean;

  /** @param isKnownSlow whether it counts as slow whatever calls take */
  constructor(isKnownSlow = false) {
    this.#isKnownSlow = isKnownSlow;
  }

  get isSlow(): boolean {
    return this.#isKnownSlow || this.#opening.areSlow || this.#looking.areSlow || this.#destination.areSlow;
  }

  /** @param ms what opening a folder of the source and reading its first names took */
  opened(ms: number): void {
    this.#opening.took(ms);
  }

  /** Looks at an entry of the source. */
  looking<T>(calls: () => T): T {
    return this.#looking.time(calls);
  }

  /** @param callMs what a look at one of several entries took */
  looked(callMs: number): void {
    this.#looking.took(callMs);
  }

  /** Does something in the destination. */
  ofDestination<T>(calls: () => T): T {
    return this.#destination.time(calls);
  }

  /** What the slowest call took that a worker made in both trees. */
  ofAll(callMs: number): void {
    for (const calls of this.#all) calls.took(callMs);
  }
}

/** Calls of one kind. */
class Calls {
  readonly #lastMs: number[] = [];
  areSlow = false;

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
    if (slow > SAMPLES / 2) this.areSlow = true;
    else if (quick > SAMPLES / 2) this.areSlow = false;
  }
}

const SAMPLES = 5;
/** A message to a worker and its thread cost as much; storage on this machine answers within a tenth of it. */
const SLOW_MS = 0.3;
const QUICK_MS = 0.2;
