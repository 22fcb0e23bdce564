/** Cuts a long synchronous walk into slices, so that messages, signals and the bar get their turn in between. */
export class Slices {
  #endsAtMs = performance.now() + SLICE_MS;

  get isOver(): boolean {
    return performance.now() >= this.#endsAtMs;
  }

  async next(): Promise<void> {
    await new Promise<void>(resolve => setImmediate(resolve));
    this.#endsAtMs = performance.now() + SLICE_MS;
  }
}

const SLICE_MS = 4;
