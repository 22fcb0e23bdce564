import type { CopyEvent, EndEvent } from '../../../copier/report/events.js';
import type { Tally } from '../../../copier/report/tally.js';

/** Turns a run's counts into progress that never goes back, though the total grows while the listing runs. */
export class Progress {
  readonly #tally: Tally;
  #percent = 0;
  #failures = 0;
  #isOver = false;

  constructor(tally: Tally) {
    this.#tally = tally;
  }

  hear(event: CopyEvent): void {
    if (event.type === 'error') this.#failures += 1;
    if (event.type !== 'end') return;
    this.now(); // what has come since it was last drawn
    this.#isOver = true;
    if (isComplete(event)) this.#percent = 100;
  }

  now(): ProgressNow {
    const { found, finished, bytes, passedBytes, skipped, failed, seconds, isListed } = this.#tally;
    const { readsContent } = this.#tally;
    const listed = isListed ? 1 : this.#tally.listedShare();
    const settled = finished.files + finished.folders + skipped + failed;
    const work = (entries: number, content: number) => entries * BYTES_OF_AN_ENTRY + content;
    const total = work(found.files + found.folders, found.bytes);
    const share = total === 0 ? 0 : Math.min(work(settled, bytes + passedBytes) / total, 1) * listed;
    // While the listing runs that is a guess, which gets better.
    const isKnown = isListed || (listed < 1 && seconds > GUESSED_AFTER_S);
    if (!this.#isOver) this.#percent = Math.min(Math.max(this.#percent, share * 100), 99.99);
    // Folders are hardly ever skipped.
    const filesDone = Math.min(finished.files + skipped, found.files);
    return {
      percent: this.#percent,
      filesDone,
      filesFound: found.files,
      bytes,
      bytesFound: found.bytes,
      readsContent,
      rate: seconds === 0 ? 0 : bytes / seconds,
      fileRate: seconds === 0 ? 0 : filesDone / seconds,
      failures: this.#failures,
      secondsLeft: this.#isOver || !isKnown || share === 0 ? undefined : (seconds / share) * (1 - share),
      isOver: this.#isOver,
    };
  }
}

/** What a progress view shows at one moment. */
export interface ProgressNow {
  /** 0 to 100, and 100 only when everything has been copied. */
  readonly percent: number;
  /** Finished or skipped. */
  readonly filesDone: number;
  readonly filesFound: number;
  readonly bytes: number;
  readonly bytesFound: number;
  /** Whether content is read, so that there are bytes to speak of. */
  readonly readsContent: boolean;
  /** Bytes a second since the start. */
  readonly rate: number;
  /** Finished or skipped a second. */
  readonly fileRate: number;
  /** What has failed so far. */
  readonly failures: number;
  /** Undefined while that cannot be told. */
  readonly secondsLeft: number | undefined;
  readonly isOver: boolean;
}

const GUESSED_AFTER_S = 5;

/** What an entry costs beside its content, as if it were content: opening and making a file takes that long. */
const BYTES_OF_AN_ENTRY = 32 * 1024;

/** Whether a run has done all that there was to do: a comparison that found differences has as well. */
function isComplete({ status, code, failed, differences = 0 }: EndEvent): boolean {
  return status === 0 || (differences > 0 && failed === 0 && code === undefined);
}
