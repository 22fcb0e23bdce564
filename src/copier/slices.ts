/** Cuts a long synchronous walk into slices, so that messages, signals and the bar get their turn in between. */
export class Slices {
  #steps = 0;
  #endsAtMs = performance.now() + SLICE_MS;

  get isOver(): boolean {
    this.#steps += 1;
    if (this.#steps % STEPS_A_LOOK !== 0) return false;
    return performance.now() >= this.#endsAtMs;
  }

  async next(): Promise<void> {
    await new Promise<void>(resolve => setImmediate(resolve));
    this.#endsAtMs = performance.now() + SLICE_MS;
  }
}

const SLICE_MS = 4;
/** A look at the clock costs a tenth of a step. */
const STEPS_A_LOOK = 8;
