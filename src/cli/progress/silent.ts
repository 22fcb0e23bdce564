import { printLine } from '../output/print-line.js';
import type { View } from './view.js';

/** Shows nothing but the lines that are printed. */
export class SilentView implements View {
  readonly wantsFiles = false;
  readonly showsWorkers = false;
  readonly print = printLine;

  start(): void {}

  event(): undefined {}

  async close(): Promise<void> {}
}
