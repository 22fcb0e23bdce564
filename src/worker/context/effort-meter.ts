import type { Effort } from '../../protocol/messages.js';

/**
 * Measures what a batch takes of its worker, without the waits for the ceiling on bytes: these tell nothing of the
 * storage. To ask for the processor's part takes as long as several small files: after a quick batch, whose job nobody
 * has waited for, it is taken to be the whole time of the next.
 */
export class EffortMeter {
  #asks = true;
  #since = this.#reading();

  begin(): void {
    this.#since = this.#reading();
  }

  /**
   * What the batch took since it was begun.
   * @param jobs how many of them were done
   * @param atATime how many of them were under way at a time
   */
  end(jobs: number, atATime: number): Effort {
    const effort = difference(this.#reading(), this.#since);
    this.#asks = effort.tookMs * atATime >= jobs * QUICK_JOB_MS;
    return effort;
  }

  /** Waits, and leaves that out. */
  async leaveOut<T>(wait: Promise<T>): Promise<T> {
    const before = this.#reading();
    try {
      return await wait;
    } finally {
      this.#since = difference(this.#reading(), difference(before, this.#since));
    }
  }

  #reading(): Effort {
    const tookMs = performance.now();
    if (!this.#asks) return { tookMs, cpuMs: tookMs, waits: 0 };
    const { userCPUTime, systemCPUTime, voluntaryContextSwitches } = process.resourceUsage();
    return { tookMs, cpuMs: (userCPUTime + systemCPUTime) / 1000, waits: voluntaryContextSwitches };
  }
}

function difference(later: Effort, earlier: Effort): Effort {
  return {
    tookMs: later.tookMs - earlier.tookMs,
    cpuMs: later.cpuMs - earlier.cpuMs,
    waits: later.waits - earlier.waits,
  };
}

/** Several times what a small file takes on storage that answers at once. */
const QUICK_JOB_MS = 0.25;
