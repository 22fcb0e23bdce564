import { closeSync, openSync } from 'node:fs';
import { native } from '../../files/byte-path.js';
import type { FolderPlace } from '../../files/system/entry-calls.js';
import { threadWaits } from '../../files/system/thread-waits.js';

/**
 * Measures how long the storage keeps a thread waiting, the longest of some calls. Calls that are made by other threads
 * do not tell: on a busy machine they take as long where the storage answers at once.
 */
export class WaitProbe {
  /** Milliseconds. */
  waitedMs = 0;

  time<T>(call: () => T): T {
    const waits = threadWaits();
    const sinceMs = performance.now();
    try {
      return call();
    } finally {
      const tookMs = performance.now() - sinceMs;
      const hasWaited = waits === undefined || threadWaits() !== waits;
      if (hasWaited) this.waitedMs = Math.max(this.waitedMs, tookMs);
    }
  }

  /**
   * Opens a folder that is open once more; not by a name in it, as it may be one that cannot be searched. Where that
   * fails, nothing is measured: whoever needs the folder meets the same error, and tells it.
   */
  open({ prefix }: FolderPlace): void {
    const { waitedMs } = this;
    try {
      closeSync(this.time(() => openSync(native(prefix.slice(0, -1)), 'r')));
    } catch {
      this.waitedMs = waitedMs;
    }
  }
}

/** Says when it is time for a probe: seldom enough that the process is not held up, often enough to see a change. */
export class ProbeClock {
  #nextMs = 0;

  /** @returns undefined where the last one was not long ago */
  probe(): WaitProbe | undefined {
    const nowMs = performance.now();
    if (nowMs < this.#nextMs) return undefined;
    this.#nextMs = nowMs + EVERY_MS;
    return new WaitProbe();
  }
}

const EVERY_MS = 100;
