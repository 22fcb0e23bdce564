/** What each of the last sixty seconds has brought. */
export class RateHistory {
  /** The amount at the end of each of these seconds, one more before the first. */
  readonly #amounts: number[] = [0];
  /** How many seconds of the run they end at. */
  #second = 0;
  #amount = 0;
  #atSeconds = 0;

  readonly seconds = 60;

  /** @param amount brought since the run's start, after so many seconds */
  note(amount: number, seconds: number): void {
    const perSecond = (amount - this.#amount) / Math.max(seconds - this.#atSeconds, Number.EPSILON);
    // Seconds that nobody has looked at share what they have brought.
    while (this.#second + 1 <= seconds) {
      this.#second += 1;
      this.#amounts.push(this.#amount + perSecond * (this.#second - this.#atSeconds));
      if (this.#amounts.length > this.seconds + 1) this.#amounts.shift();
    }
    this.#amount = amount;
    this.#atSeconds = seconds;
  }

  /** The rates of the last whole seconds, so many at most. */
  latest(most: number): number[] {
    return this.#rates().slice(-most);
  }

  get peak(): number {
    return Math.max(0, ...this.#rates());
  }

  #rates(): number[] {
    return this.#amounts.slice(1).map((amount, index) => Math.max(amount - (this.#amounts[index] ?? 0), 0));
  }
}
