import type { Tally } from '../../../copier/report/tally.js';
import type { TerminalLook } from '../../output/terminal-look.js';
import type { Progress } from '../figures/progress.js';
import { BarLine } from './bar-line.js';
import type { Frame } from './frame.js';
import { NameChoice } from './shown-name.js';

/** The bar: a frame of one line. */
export class BarFrame implements Frame {
  readonly #progress: Progress;
  readonly #names: NameChoice;
  readonly #line: BarLine;

  constructor(tally: Tally, progress: Progress, look: TerminalLook) {
    this.#progress = progress;
    this.#names = new NameChoice(tally);
    this.#line = new BarLine(look);
  }

  lines(columns: number): string[] {
    return [this.lastLine(columns)];
  }

  lastLine(columns: number): string {
    const now = this.#progress.now();
    return this.#line.draw(now, this.#names.now(now.isOver), columns);
  }
}
