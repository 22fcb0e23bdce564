import { threadWaits } from '../../files/system/thread-waits.js';

/** When calls to the storage began. */
export interface Begun {
  readonly sinceMs: number;
  /** How often the thread had waited by then; undefined: not asked. */
  readonly waits: number | undefined;
}

/**
 * Knows whether the storage is slow, by how long the last calls to it took, of each kind by itself: attributes that a
 * listing brings along are looked at in no time on slow storage, too. On a busy machine a call takes long that was only
 * kept from the processor: once one has, the next are held against how often the thread waited.
 */
export class StorageSpeed {
  readonly #opening = new Calls();
  readonly #looking = new Calls();
  readonly #destination = new Calls();
  readonly #all = [this.#opening, this.#looking, this.#destination];
  readonly #isKnownSlow: boolean;
  /** How many calls more are held against the waits of this thread: the first are. */
  #suspects = SUSPECTS;

  /** @param isKnownSlow whether it counts as slow whatever calls take */
  constructor(isKnownSlow = false) {
    this.#isKnownSlow = isKnownSlow;
  }

  get isSlow(): boolean {
    return this.#isKnownSlow || this.#opening.areSlow || this.#looking.areSlow || this.#destination.areSlow;
  }

  begin(): Begun {
    return { waits: this.#suspects > 0 ? threadWaits() : undefined, sinceMs: performance.now() };
  }

  /**
   * How long calls kept this thread waiting for the storage, milliseconds.
   * @param calls how many they are
   */
  waitedMs({ sinceMs, waits }: Begun, calls = 1): number {
    const tookMs = performance.now() - sinceMs;
    const isAsked = this.#suspects > 0;
    if (isAsked) this.#suspects -= 1;
    if (tookMs <= SLOW_MS * calls) return tookMs;
    this.#suspects = SUSPECTS;
    if (!isAsked) return 0;
    return waits !== undefined && threadWaits() === waits ? 0 : tookMs;
  }

  /** @param ms what opening a folder of the source and reading its first names took */
  opened(ms: number): void {
    this.#opening.took(ms);
  }

  /** Looks at an entry of the source. */
  looking<T>(calls: () => T): T {
    return this.#time(this.#looking, calls);
  }

  /** @param callMs what a look at one of several entries took */
  looked(callMs: number): void {
    this.#looking.took(callMs);
  }

  /** Does something in the destination. */
  ofDestination<T>(calls: () => T): T {
    return this.#time(this.#destination, calls);
  }

  /** How long a worker waited for a call, that stands for all. */
  ofAll(waitedMs: number): void {
    for (const calls of this.#all) calls.took(waitedMs);
  }

  #time<T>(kind: Calls, calls: () => T): T {
    const begun = this.begin();
    try {
      return calls();
    } finally {
      kind.took(this.waitedMs(begun));
    }
  }
}

/** Calls of one kind. */
class Calls {
  readonly #lastMs: number[] = [];
  areSlow = false;

  took(ms: number): void {
    this.#lastMs.push(ms);
    if (this.#lastMs.length > SAMPLES) this.#lastMs.shift();
    const slow = this.#lastMs.filter(last => last > SLOW_MS).length;
    const quick = this.#lastMs.filter(last => last < QUICK_MS).length;
    const areAll = slow === this.#lastMs.length && slow >= FEWEST_SAMPLES;
    // One call may take long as the first of its kind; not most of them.
    if (areAll || slow > SAMPLES / 2) this.areSlow = true;
    else if (quick > SAMPLES / 2) this.areSlow = false;
  }
}

const SAMPLES = 5;
const FEWEST_SAMPLES = 2;
/** As many as decide. */
const SUSPECTS = SAMPLES;
/** A message to a worker and its thread cost as much; storage on this machine answers within a tenth of it. */
const SLOW_MS = 0.3;
const QUICK_MS = 0.2;
