import { WaitProbe } from './wait-probe.js';

/**
 * Knows whether calls of one kind are to be made at once, or side by side in other threads: by how long those at once
 * take. On a busy machine one takes long that was only kept from the processor: after the first slow one, the next is
 * held against how often the thread waited.
 */
export class WaitGauge {
  #waitsUntilMs = 0;
  #isSuspected = false;

  /** Whether the next call is not to hold the process up. */
  get isWaiting(): boolean {
    return performance.now() < this.#waitsUntilMs;
  }

  /** Makes a call at once. */
  time<T>(call: () => T): T {
    if (this.#isSuspected) return this.#probe(call);
    const sinceMs = performance.now();
    try {
      return call();
    } finally {
      this.#isSuspected = performance.now() - sinceMs > SLOW_MS;
    }
  }

  #probe<T>(call: () => T): T {
    const probe = new WaitProbe();
    try {
      return probe.time(call);
    } finally {
      const { waitedMs } = probe;
      this.#isSuspected = waitedMs > SLOW_MS;
      if (this.#isSuspected) this.#waitsUntilMs = performance.now() + waitedMs * SIDE_BY_SIDE;
    }
  }
}

/** What a call in one of Node's threads costs, with all around it. */
const SLOW_MS = 0.1;
/** Times as long as the slow call held the process up, the next ones do not. */
const SIDE_BY_SIDE = 50;
