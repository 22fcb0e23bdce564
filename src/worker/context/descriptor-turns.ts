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
    await this.#alone;
    this.#sharing += 1;
    try {
      return await work();
    } finally {
      this.#sharing -= 1;
      if (this.#sharing === 0) this.#onFree();
    }
  }

  /** Not to be called by shared work, which it would wait for. */
  async alone<T>(work: () => Promise<T>): Promise<T> {
    const before = this.#alone;
    const turn = this.#after(before, work);
    this.#alone = turn.catch(() => {});
    return await turn;
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
