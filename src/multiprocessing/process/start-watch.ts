/** So long may a child take to start; a limit on processes or memory can let Node hang in its own start for ever. */
export const START_SECONDS = 10;

/** Waits for a child to start, and tells when that takes too long. */
export class StartWatch {
  readonly #timer: NodeJS.Timeout;
  #left = START_SECONDS;

  constructor(onLate: () => void) {
    // Second by second: a pause of this process counts as one, and what the child has said meanwhile is read before.
    this.#timer = setInterval(() => {
      this.#left -= 1;
      if (this.#left > 0) return;
      this.end();
      onLate();
    }, 1000);
    this.#timer.unref();
  }

  end(): void {
    clearInterval(this.#timer);
  }
}
