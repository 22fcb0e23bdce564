import type { Facts } from '../../files/facts.js';
import { entryCalls } from '../../files/system/choose-calls.js';
import type { FolderPlace } from '../../files/system/entry-calls.js';
import { waitingCalls } from '../../files/system/waiting-calls.js';

/**
 * Looks at entries of one tree: at once while that takes no time, as where a listing has brought the attributes along,
 * and side by side while the storage makes each look wait. A look at once costs a twentieth of the processor time.
 */
export class Looks {
  readonly #calls = entryCalls();
  #waitsUntilMs = 0;

  /** @returns undefined where nothing exists */
  factsIn(folder: FolderPlace, name: string, follow: boolean): Found | Promise<Found> {
    if (this.#waits) return waitingCalls.factsAt(folder.prefix + name, follow);
    return this.#time(() => this.#calls.factsIn(folder, name, follow));
  }

  factsOf({ descriptor }: FolderPlace): Facts | Promise<Facts> {
    if (this.#waits) return waitingCalls.factsOf(descriptor);
    return this.#time(() => this.#calls.factsOf(descriptor));
  }

  get #waits(): boolean {
    return performance.now() < this.#waitsUntilMs;
  }

  #time<T>(look: () => T): T {
    const sinceMs = performance.now();
    try {
      return look();
    } finally {
      const nowMs = performance.now();
      const tookMs = nowMs - sinceMs;
      if (tookMs > SLOW_MS) this.#waitsUntilMs = nowMs + tookMs * SIDE_BY_SIDE;
    }
  }
}

type Found = Facts | undefined;

/** What a look in one of Node's threads costs, with all around it. */
const SLOW_MS = 0.1;
/** Times as long as the slow look held the process up, the next ones do not. */
const SIDE_BY_SIDE = 50;
