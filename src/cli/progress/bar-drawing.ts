import { type Options, SingleBar } from 'cli-progress';
import type { Tally } from '../../copier/report/tally.js';
import { inLocale } from '../text/locale.js';
import { BarFrame } from './bar-frame.js';
import type { Progress } from './progress.js';

/** The bar on standard error, redrawn on a timer and never by an event. */
export class BarDrawing {
  readonly #frame: BarFrame;
  readonly #bar: SingleBar;
  /** Printed since the last frame, and shown above the next one. */
  #lines: string[] = [];
  #columns = 0;

  constructor(tally: Tally, progress: Progress) {
    this.#frame = new BarFrame(tally, progress);
    const options: Options = {
      stream: process.stderr,
      fps: FRAMES_A_SECOND,
      linewrap: false,
      gracefulExit: false,
      format: () => this.#draw(),
    };
    this.#bar = new SingleBar(options);
    // Between two frames the terminal is as it was, whatever ends or stops the command: each frame is one write.
    this.#bar.on('redraw-pre', () => {
      process.stderr.cork();
      process.stderr.write(HIDE_CURSOR + WRAP_OFF);
    });
    // At rest the cursor stands at the line's start: where a terminal made narrower has broken the line in
    // pieces, all of them lie behind it.
    this.#bar.on('redraw-post', () => {
      process.stderr.write(`\r${WRAP_ON}${SHOW_CURSOR}`);
      process.stderr.uncork();
    });
    // cli-progress goes back to where it started, which has moved: let that be here, with lines wrapped again.
    this.#bar.on('stop', () => process.stderr.write(WRAP_ON + SAVE_CURSOR));
  }

  start(): void {
    this.#bar.start(1, 0);
  }

  print(line: string): void {
    this.#lines.push(inLocale(line));
  }

  /** Draws the last line, which stays. */
  stop(): void {
    this.#bar.stop();
  }

  #draw(): string {
    const columns = process.stderr.columns || USUAL_COLUMNS;
    const wipe = columns === this.#columns && this.#lines.length === 0 ? '' : ERASE_BELOW;
    const lines = this.#lines.map(line => `${WRAP_ON}${line}\n${WRAP_OFF}`).join('');
    this.#lines = [];
    this.#columns = columns;
    return wipe + lines + this.#frame.line(columns);
  }
}

const FRAMES_A_SECOND = 10;
/** Of a terminal that does not tell. */
const USUAL_COLUMNS = 80;

const ERASE_BELOW = '\x1b[J';
const HIDE_CURSOR = '\x1b[?25l';
const SHOW_CURSOR = '\x1b[?25h';
const SAVE_CURSOR = '\x1b7';
const WRAP_ON = '\x1b[?7h';
const WRAP_OFF = '\x1b[?7l';
