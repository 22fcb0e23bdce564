import type { Effort } from '../../protocol/messages.js';

/** Measures what a batch takes of its worker, without the waits for the ceiling on bytes: these tell nothing of the storage. */
export class EffortMeter {
  #since = reading();

  begin(): void {
    this.#since = reading();
  }

  /** Since it was begun. */
  get effort(): Effort {
    return difference(reading(), this.#since);
  }

  /** Waits, and leaves that out. */
  async leaveOut<T>(wait: Promise<T>): Promise<T> {
    const before = reading();
    try {
      return await wait;
    } finally {
      this.#since = difference(reading(), difference(before, this.#since));
    }
  }
}

function reading(): Effort {
  const { userCPUTime, systemCPUTime, voluntaryContextSwitches } = process.resourceUsage();
  return {
    tookMs: performance.now(),
    cpuMs: (userCPUTime + systemCPUTime) / 1000,
    waits: voluntaryContextSwitches,
  };
}

function difference(later: Effort, earlier: Effort): Effort {
  return {
    tookMs: later.tookMs - earlier.tookMs,
    cpuMs: later.cpuMs - earlier.cpuMs,
    waits: later.waits - earlier.waits,
  };
}
