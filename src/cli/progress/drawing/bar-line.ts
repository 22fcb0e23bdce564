import stringWidth from 'string-width';
import type { TerminalLook } from '../../output/terminal-look.js';
import { cutMiddle } from '../../text/cut-middle.js';
import type { ProgressNow } from '../figures/progress.js';
import { type Fact, percentOf, progressFacts } from '../figures/progress-facts.js';
import { barCells } from './bar-cells.js';
import { GAP, LEFT_AT_LEAST } from './frame.js';
import type { ShownName } from './shown-name.js';

/**
 * The bar as one line that fits: percent, drawing, name, files, bytes, rate, time left. Where columns are few the
 * drawing goes first, then the name, the rate, the bytes and the files.
 */
export class BarLine {
  readonly #look: TerminalLook;
  #columns = 0;
  /** The most that each fact has taken: what stands beside one that gets shorter does not move. */
  #widths = new Map<Fact, number>();

  constructor(look: TerminalLook) {
    this.#look = look;
  }

  /** @param columns of the terminal; the last one stays free, as writing in it makes some terminals wrap */
  draw(now: ProgressNow, name: ShownName, columns: number): string {
    const room = Math.max(columns - 1, 1);
    const percent = percentOf(now);
    const facts = now.isOver ? progressFacts(now) : this.#steadyFacts(now, columns);
    const free = (): number => room - percent.length - widthOf(facts.values());
    const hasName = free() >= GAP.length + NAME_AT_LEAST;
    for (const fact of DROPPED) if (free() < 0) facts.delete(fact);
    if (free() < 0) return percent.slice(0, room);
    const middle = hasName ? this.#barAndName(now, name, free()) : ' '.repeat(free());
    return [percent + middle, ...facts.values()].join(GAP);
  }

  #steadyFacts(now: ProgressNow, columns: number): Map<Fact, string> {
    if (columns !== this.#columns) this.#widths = new Map([['left', LEFT_AT_LEAST]]);
    this.#columns = columns;
    const facts = progressFacts(now);
    // It comes later, and has its place from the beginning.
    if (!facts.has('left')) facts.set('left', '');
    for (const [fact, text] of facts) {
      const width = Math.max(this.#widths.get(fact) ?? 0, text.length);
      this.#widths.set(fact, width);
      facts.set(fact, text.padStart(width));
    }
    return facts;
  }

  #barAndName(now: ProgressNow, name: ShownName, room: number): string {
    const spare = room - GAP.length - 1;
    if (spare < BAR_AT_LEAST + NAME_AT_LEAST) return GAP + this.#fitted(name, room - GAP.length);
    const columns = Math.min(Math.max(Math.floor(spare * BAR_SHARE), BAR_AT_LEAST), BAR_AT_MOST);
    const cells = barCells(now.percent / 100, columns, this.#look, now.failures > 0 ? 'red' : 'green');
    return ` ${cells}${GAP}${this.#fitted(name, spare - columns)}`;
  }

  #fitted({ text, percent }: ShownName, room: number): string {
    const far = percent === undefined ? '' : ` ${percent}%`;
    const shown = cutMiddle(text, room - far.length, this.#look.hasBlocks ? '…' : '...') + far;
    return shown + ' '.repeat(Math.max(room - stringWidth(shown), 0));
  }
}

const DROPPED: readonly Fact[] = ['rate', 'bytes', 'files', 'left'];
const NAME_AT_LEAST = 10;
const BAR_AT_LEAST = 8;
const BAR_AT_MOST = 40;
/** Of what the facts leave; the name has the rest. */
const BAR_SHARE = 0.4;

function widthOf(facts: Iterable<string>): number {
  return Array.from(facts).reduce((sum, fact) => sum + GAP.length + fact.length, 0);
}
