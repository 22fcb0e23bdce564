import { type Options, SingleBar } from 'cli-progress';
import type { CopyEvent } from '../../copier/events.js';
import type { Tally } from '../../copier/tally.js';
import { shownPath } from '../escape.js';
import { barLine } from './bar-line.js';
import { Progress } from './progress.js';
import type { View } from './view.js';

/** A bar on standard error, redrawn on a timer and never by an event. */
export class BarView implements View {
  readonly #progress: Progress;
  readonly #bar: SingleBar;
  readonly #delay: NodeJS.Timeout;
  #lastName = '';
  #isDrawn = false;
  #isClosed = false;

  constructor(tally: Tally) {
    this.#progress = new Progress(tally);
    const options: Options = {
      stream: process.stderr,
      fps: DRAWINGS_A_SECOND,
      forceRedraw: true,
      hideCursor: true,
      gracefulExit: false,
      emptyOnZero: true,
      format: () => barLine(this.#progress.now(), this.#lastName, process.stderr.columns ?? 80),
    };
    this.#bar = new SingleBar(options);
    this.#delay = setTimeout(() => this.#draw(), SHOWN_AFTER_MS);
  }

  event(event: CopyEvent): void {
    if (event.type === 'file') this.#lastName = shownPath(event);
    if (event.type === 'end') this.#progress.end(event.status === 0);
  }

  print(line: string): void {
    // The cursor saved anew: cli-progress goes back to it at the end, and the bar has moved down a line.
    process.stderr.write(this.#isDrawn ? `\r\x1b[K${line}\n\x1b7` : `${line}\n`);
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    clearTimeout(this.#delay);
    this.#draw();
    this.#bar.stop();
  }

  #draw(): void {
    if (this.#isDrawn) return;
    this.#isDrawn = true;
    this.#bar.start(1, 0);
  }
}

const DRAWINGS_A_SECOND = 20;
/** A copy that is over sooner shows just its last line. */
const SHOWN_AFTER_MS = 500;
