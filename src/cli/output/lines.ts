import type { Output } from './output.js';

/** Gathers lines for standard output into few writes: one for each line would slow the run down. */
export class Lines {
  readonly #output: Output;
  #waiting = '';
  #taken: Promise<void> | undefined;

  constructor(output: Output) {
    this.#output = output;
  }

  /** @returns where the reader is behind, a promise of when it has caught up */
  write(line: string): Promise<void> | undefined {
    if (this.#waiting === '') setImmediate(() => this.flush());
    this.#waiting += `${line}\n`;
    if (this.#waiting.length >= MOST_WAITING) this.flush();
    return this.#taken;
  }

  flush(): void {
    if (this.#waiting === '') return;
    const lines = this.#waiting;
    this.#waiting = '';
    this.#taken = this.#output.write(lines);
  }
}

/** Characters. */
const MOST_WAITING = 64 * 1024;
