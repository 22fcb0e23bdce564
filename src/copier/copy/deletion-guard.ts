import type { Failure } from '../../files/failure.js';
import { type DeletionLimit, isMoreThan, limitInWords } from '../request/deletion-limit.js';

/** Counts what the destination held before the run, and what of it would be deleted: no entry goes before that is known. */
export class DeletionGuard {
  readonly #limit: DeletionLimit;
  #held = 0;
  #deletions = 0;
  #hasLooked = false;

  constructor(limit: DeletionLimit) {
    this.#limit = limit;
  }

  /** So many more entries were there before the run. */
  holds(count: number): void {
    this.#held += count;
  }

  /** @returns whether this is the first look at what would go: one is enough */
  beginLook(): boolean {
    const isFirst = !this.#hasLooked;
    this.#hasLooked = true;
    return isFirst;
  }

  wouldDelete(): void {
    this.#deletions += 1;
  }

  /** @returns undefined where all that would go may go */
  verdict(isDry: boolean): Failure | undefined {
    if (!isMoreThan(this.#limit, this.#deletions, this.#held)) return undefined;
    const [limit, deletions] = [limitInWords(this.#limit), this.#deletions];
    const what = `nothing ${isDry ? 'would be' : 'was'} deleted: ${deletions} of ${this.#held} entries in the destination are to go`;
    const message = `${what}, more than --max-delete ${limit} allows; to delete them anyway, use --max-delete ${deletions}`;
    return { code: 'TOO_MANY_DELETIONS', message };
  }
}
