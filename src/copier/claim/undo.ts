/** Takes back what was made for a run that is refused after all. */
export class Undo {
  readonly #steps: (() => void)[] = [];

  /** @param step takes one thing back */
  add(step: () => void): void {
    this.#steps.push(step);
  }

  /** The last thing first. What cannot be taken back stays: nothing more can be done about it. */
  run(): void {
    for (let step = this.#steps.pop(); step !== undefined; step = this.#steps.pop()) {
      try {
        step();
      } catch {
        // The place has changed since, or cannot be written any more.
      }
    }
  }
}
