import type { CopyEvent } from '../../copier/report/events.js';
import type { Tally } from '../../copier/report/tally.js';
import { printLine } from '../output/print-line.js';
import { Progress } from './figures/progress.js';
import { percentOf, progressFacts } from './figures/progress-facts.js';
import type { View } from './view.js';

/** A line now and then on standard error, for logs: seldom enough that a day's copy can be read. */
export class PlainView implements View {
  readonly wantsFiles = false;
  readonly showsWorkers = false;
  readonly print = printLine;
  #progress: Progress | undefined;
  #timer: NodeJS.Timeout | undefined;

  start(tally: Tally): void {
    this.#progress = new Progress(tally);
    this.#showAfter(FIRST_AFTER_MS);
  }

  event(event: CopyEvent): undefined {
    this.#progress?.hear(event);
    if (event.type === 'end') this.#show();
  }

  async close(): Promise<void> {
    clearTimeout(this.#timer);
  }

  #showAfter(delayMs: number): void {
    this.#timer = setTimeout(() => {
      this.#show();
      this.#showAfter(Math.min(delayMs * 2, LATER_EVERY_MS));
    }, delayMs);
  }

  #show(): void {
    if (this.#progress === undefined) return;
    const now = this.#progress.now();
    printLine([percentOf(now), ...progressFacts(now).values()].join('  '));
  }
}

const FIRST_AFTER_MS = 1000;
const LATER_EVERY_MS = 32_000;
