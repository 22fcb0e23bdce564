import { eventLine } from '../../copier/report/event-line.js';
import type { CopyEvent } from '../../copier/report/events.js';
import { Lines } from '../output/lines.js';
import type { Output } from '../output/output.js';
import { printLine } from '../output/print-line.js';
import type { View } from './view.js';

/** Every event as a line of JSON on standard output, and nothing else there. */
export class JsonView implements View {
  readonly wantsFiles = true;
  readonly showsWorkers = false;
  readonly print = printLine;
  readonly #lines: Lines;

  constructor(output: Output) {
    this.#lines = new Lines(output);
  }

  start(): void {}

  event(event: CopyEvent): Promise<void> | undefined {
    return this.#lines.write(eventLine(event));
  }

  async close(): Promise<void> {
    this.#lines.flush();
  }
}
