/**
 * Work of a worker goes on side by side, but for what has had too many files open: that is done once more, alone. Who
 * waits to be alone has its turn before what comes later.
 */
export class DescriptorTurns {
  #sharing = 0;
  #onFree = (): void => {};
  /** Settled once nobody is alone, or waits to be. */
  #alone: Promise<unknown> = Promise.resolve();

  async share<T>(work: () => Promise<T>): Promise<T> {
    await this.#enter();
    try {
      return await work();
    } finally {
      this.#leave();
    }
  }

  /** Not to be called by shared work, which it would wait for: see `aloneWithin`. */
  async alone<T>(work: () => Promise<T>): Promise<T> {
    const before = this.#alone;
    const turn = this.#after(before, work);
    this.#alone = turn.catch(() => {});
    return await turn;
  }

  /** The same for a part of shared work, while nothing else of that is under way; then it shares again. */
  async aloneWithin<T>(work: () => Promise<T>): Promise<T> {
    this.#leave();
    try {
      return await this.alone(work);
    } finally {
      await this.#enter();
    }
  }

  async #enter(): Promise<void> {
    await this.#alone;
    this.#sharing += 1;
  }

  #leave(): void {
    this.#sharing -= 1;
    if (this.#sharing === 0) this.#onFree();
  }

  async #after<T>(before: Promise<unknown>, work: () => Promise<T>): Promise<T> {
    await before;
    if (this.#sharing > 0) {
      await new Promise<void>(resolve => {
        this.#onFree = resolve;
      });
    }
    return await work();
  }
}
