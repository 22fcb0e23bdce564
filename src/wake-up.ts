/** Lets some wait until others have changed something. */
export class WakeUp {
  readonly #waiting: (() => void)[] = [];

  /** Resolves at the next call. */
  next(): Promise<void> {
    return new Promise(resolve => void this.#waiting.push(resolve));
  }

  call(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}
