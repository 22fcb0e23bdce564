import type { CopyEvent } from '../../copier/events.js';
import type { Output } from '../output.js';
import { printLine, type View } from './view.js';

/** Every event as a line of JSON on standard output, and nothing else there. */
export class JsonView implements View {
  readonly wantsFiles = true;
  readonly print = printLine;
  readonly #output: Output;
  #lines = '';
  #taken: Promise<void> | undefined;

  constructor(output: Output) {
    this.#output = output;
  }

  start(): void {}

  /** A write for every event would cost more than the event. */
  event(event: CopyEvent): Promise<void> | undefined {
    if (this.#lines === '') setImmediate(() => this.#write());
    this.#lines += `${JSON.stringify(event)}\n`;
    if (this.#lines.length >= MOST_BUFFERED) this.#write();
    return this.#taken;
  }

  async close(): Promise<void> {
    this.#write();
  }

  #write(): void {
    if (this.#lines === '') return;
    const lines = this.#lines;
    this.#lines = '';
    this.#taken = this.#output.write(lines);
  }
}

/** Characters. */
const MOST_BUFFERED = 64 * 1024;
