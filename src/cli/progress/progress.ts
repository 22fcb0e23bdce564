import type { EndEvent } from '../../copier/report/events.js';
import type { Tally } from '../../copier/report/tally.js';

/** What a progress view shows at one moment. */
export interface ProgressNow {
  /** 0 to 100, and 100 only when everything has been copied. */
  readonly percent: number;
  /** Finished or skipped. */
  readonly filesDone: number;
  readonly filesFound: number;
  readonly bytes: number;
  /** Bytes a second since the start. */
  readonly rate: number;
  /** Undefined while that cannot be told. */
  readonly secondsLeft: number | undefined;
}

/** Turns a run's counts into progress that never goes back, though the total grows while the listing runs. */
export class Progress {
  readonly #tally: Tally;
  #percent = 0;
  #isOver = false;

  constructor(tally: Tally) {
    this.#tally = tally;
  }

  end(allDone: boolean): void {
    this.now(); // what has come since it was last drawn
    this.#isOver = true;
    if (allDone) this.#percent = 100;
  }

  now(): ProgressNow {
    const { found, finished, bytes, passedBytes, skipped, failed, seconds, isListed } = this.#tally;
    const listed = isListed ? 1 : this.#tally.listedShare();
    const settled = finished.files + finished.folders + skipped + failed;
    const work = (entries: number, content: number) => entries * BYTES_OF_AN_ENTRY + content;
    const total = work(found.files + found.folders, found.bytes);
    const share = total === 0 ? 0 : Math.min(work(settled, bytes + passedBytes) / total, 1) * listed;
    // While the listing runs that is a guess, which gets better.
    const isKnown = isListed || (listed < 1 && seconds > GUESSED_AFTER_S);
    if (!this.#isOver) this.#percent = Math.min(Math.max(this.#percent, share * 100), 99.99);
    return {
      percent: this.#percent,
      // Folders are hardly ever skipped.
      filesDone: Math.min(finished.files + skipped, found.files),
      filesFound: found.files,
      bytes,
      rate: seconds === 0 ? 0 : bytes / seconds,
      secondsLeft: this.#isOver || !isKnown || share === 0 ? undefined : (seconds / share) * (1 - share),
    };
  }
}

const GUESSED_AFTER_S = 5;

/** What an entry costs beside its content, as if it were content: opening and making a file takes that long. */
const BYTES_OF_AN_ENTRY = 32 * 1024;

/** Whether a run has done all that there was to do: a comparison that found differences has as well. */
export function isComplete({ status, code, failed, differences = 0 }: EndEvent): boolean {
  return status === 0 || (differences > 0 && failed === 0 && code === undefined);
}
