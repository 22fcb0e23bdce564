import type { Tally } from '../../copier/report/tally.js';
import { terminalLook } from '../output/terminal-look.js';
import { BarLine } from './bar-line.js';
import type { Progress } from './progress.js';
import { NameChoice } from './shown-name.js';

/** The bar: a frame of one line. */
export class BarFrame {
  readonly #progress: Progress;
  readonly #names: NameChoice;
  readonly #line = new BarLine(terminalLook());

  constructor(tally: Tally, progress: Progress) {
    this.#progress = progress;
    this.#names = new NameChoice(tally);
  }

  line(columns: number): string {
    const now = this.#progress.now();
    return this.#line.draw(now, this.#names.now(now.isOver), columns);
  }
}
