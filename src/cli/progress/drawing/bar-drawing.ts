import { type Options, SingleBar } from 'cli-progress';
import type { Tally } from '../../../copier/report/tally.js';
import { terminalLook } from '../../output/terminal-look.js';
import { inLocale } from '../../text/locale.js';
import type { Progress } from '../figures/progress.js';
import { BarFrame } from './bar-frame.js';
import type { Frame } from './frame.js';
import { PanelFrame } from './panel-frame.js';

/**
 * The bar or the panel on standard error, redrawn on a timer and never by an event. The panel is one bar of several lines
 * too: a MultiBar rests below its lines, where it cannot find them again in a terminal made narrower, and keeps wrapping off.
 */
export class BarDrawing {
  readonly #kind: DrawnKind;
  readonly #frame: Frame;
  readonly #bar: SingleBar;
  /** Printed since the last frame, and shown above the next one. */
  #printed: string[] = [];
  #columns = 0;
  /** How many lines the last frame had. */
  #height = 0;
  #isOver = false;

  constructor(kind: DrawnKind, tally: Tally, progress: Progress) {
    this.#kind = kind;
    this.#frame = new FRAMES[kind](tally, progress, terminalLook());
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
    // At rest the cursor stands at the first line's start: where a terminal made narrower has broken lines in
    // pieces, all of them lie behind it.
    this.#bar.on('redraw-post', () => {
      const up = this.#height > 1 ? `\x1b[${this.#height - 1}A` : '';
      process.stderr.write(`${up}\r${WRAP_ON}${SHOW_CURSOR}`);
      process.stderr.uncork();
    });
    // cli-progress goes back to where it started, which has moved: let that be here, with lines wrapped again.
    this.#bar.on('stop', () => process.stderr.write(WRAP_ON + SAVE_CURSOR));
  }

  start(): void {
    if (this.#kind === 'panel') process.on('SIGTSTP', this.#suspend);
    this.#bar.start(1, 0);
  }

  print(line: string): void {
    this.#printed.push(inLocale(line));
  }

  /** Draws the last line, which stays. */
  stop(): void {
    process.removeListener('SIGTSTP', this.#suspend);
    this.#isOver = true;
    this.#bar.stop();
  }

  #draw(): string {
    const columns = process.stderr.columns || USUAL_COLUMNS;
    const rows = process.stderr.rows || USUAL_ROWS;
    const lines = this.#isOver ? [this.#frame.lastLine(columns)] : this.#frame.lines(columns, rows);
    const isAnew = columns !== this.#columns || lines.length !== this.#height || this.#printed.length > 0;
    const printed = this.#printed.map(line => `${WRAP_ON}${line}\n${WRAP_OFF}`).join('');
    this.#printed = [];
    this.#columns = columns;
    this.#height = lines.length;
    return (isAnew ? ERASE_BELOW : '') + printed + lines.join(`${ERASE_REST}\n`);
  }

  /** Ctrl-Z: what the shell says comes below all lines, and when the command goes on, they are drawn anew below that. */
  readonly #suspend = (): void => {
    process.stderr.write('\n'.repeat(this.#height));
    process.removeListener('SIGTSTP', this.#suspend);
    process.kill(process.pid, 'SIGTSTP');
    process.on('SIGTSTP', this.#suspend);
  };
}

export type DrawnKind = 'bar' | 'panel';

const FRAMES = { bar: BarFrame, panel: PanelFrame };
const FRAMES_A_SECOND = 10;
/** Of a terminal that does not tell. */
const USUAL_COLUMNS = 80;
const USUAL_ROWS = 24;

const ERASE_BELOW = '\x1b[J';
const ERASE_REST = '\x1b[K';
const HIDE_CURSOR = '\x1b[?25l';
const SHOW_CURSOR = '\x1b[?25h';
const SAVE_CURSOR = '\x1b7';
const WRAP_ON = '\x1b[?7h';
const WRAP_OFF = '\x1b[?7l';
