import { setTimeout as sleep } from 'node:timers/promises';
import { Queue } from '../../multiprocessing/index.js';

/**
 * One budget for all workers: tokens of bytes, put into a short queue at the pace of the ceiling. A worker
 * takes as many as it is about to write. What is not taken in time is lost, so that no burst follows a pause.
 */
export class Budget {
  readonly queue = new Queue<number>(TOKENS_AHEAD);
  readonly #isOver = new AbortController();
  readonly #pumping: Promise<void>;

  constructor(bytesPerSecond: number) {
    this.#pumping = this.#pump(bytesPerSecond);
  }

  async end(): Promise<void> {
    this.#isOver.abort();
    await this.queue.close();
    await this.#pumping;
  }

  async #pump(bytesPerSecond: number): Promise<void> {
    const token = Math.max(Math.floor(bytesPerSecond / TOKENS_A_SECOND), 1);
    const everyMs = (token / bytesPerSecond) * 1000;
    let dueMs = performance.now();
    try {
      while (!this.#isOver.signal.aborted) {
        await this.queue.put(token);
        const now = performance.now();
        dueMs = Math.max(dueMs + everyMs, now - SLACK_MS);
        if (dueMs > now) await sleep(dueMs - now, undefined, { signal: this.#isOver.signal });
      }
    } catch (error) {
      if (!this.#isOver.signal.aborted) throw error;
    }
  }
}

const TOKENS_A_SECOND = 100;
const TOKENS_AHEAD = 2;
/** A timer that comes late is made up for, a pause is not. */
const SLACK_MS = 250;
