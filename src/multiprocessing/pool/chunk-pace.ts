/** How many calls go to a worker in one message: one at first, then as many as have been seen to be quick. */
export class ChunkPace {
  #size = 1;

  /**
   * @param waiting calls that wait
   * @param workers those who share them; each is to come back at least once, or one would be left with the last
   */
  next(waiting: number, workers: number): number {
    return Math.max(1, Math.min(this.#size, Math.ceil(waiting / (2 * workers))));
  }

  learn(calls: number, durationMs: number): void {
    const affordable = Math.floor((CHUNK_MS * calls) / Math.max(durationMs, 0.001));
    this.#size = Math.max(1, Math.min(this.#size * GROWTH, affordable));
  }
}

/** Calls of one message are to take about so long: far more than the message does, too short to be waited for. */
const CHUNK_MS = 5;
/** A chunk may be so many times the one before: the first measures are of code that is not warm yet. */
const GROWTH = 32;
