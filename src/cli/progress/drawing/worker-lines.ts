import stringWidth from 'string-width';
import type { Tally } from '../../../copier/report/tally.js';
import { count } from '../../../units.js';
import type { TerminalLook } from '../../output/terminal-look.js';
import { cutMiddle } from '../../text/cut-middle.js';
import { threeDigits } from '../figures/progress-facts.js';
import { barCells } from './bar-cells.js';
import { GAP } from './frame.js';
import { inColour } from './in-colour.js';
import { type FileUnderWay, filesUnderWay, shownName } from './shown-name.js';

/** A line for each worker: the entry it is at, and of a large file how far it is. */
export class WorkerLines {
  readonly #tally: Tally;
  readonly #look: TerminalLook;
  /** Their process ids, each in its line as long as it lives. */
  readonly #workers: (number | undefined)[] = [];

  constructor(tally: Tally, look: TerminalLook) {
    this.#tally = tally;
    this.#look = look;
  }

  draw(room: number, most: number): string[] {
    this.#takeIn(this.#tally.workers());
    const entries = this.#tally.underWay();
    const files = new Map(filesUnderWay(entries).map(file => [file.path, file]));
    const pathOf = new Map(entries.map(({ worker, path }) => [worker, path]));
    const workers = this.#workers.flatMap((worker, index) => {
      if (worker === undefined) return [];
      const path = pathOf.get(worker);
      return [{ number: index + 1, file: path === undefined ? undefined : files.get(path) }];
    });
    const isCut = workers.length > most;
    // Where not all have room, the busy ones have it before those that wait.
    if (isCut)
      workers.sort((one, other) => Number(one.file === undefined) - Number(other.file === undefined));
    const shown = isCut ? workers.slice(0, most - 1) : workers;
    const lines = shown.map(({ number, file }) => this.#line(number, file, room));
    const more = count(workers.length - shown.length, 'more worker');
    return isCut ? [...lines, `and ${more}`.slice(0, room)] : lines;
  }

  /** One that replaces another takes over its line. */
  #takeIn(alive: readonly number[]): void {
    for (const [index, worker] of this.#workers.entries())
      if (worker !== undefined && !alive.includes(worker)) this.#workers[index] = undefined;
    for (const worker of alive) {
      if (this.#workers.includes(worker)) continue;
      const free = this.#workers.indexOf(undefined);
      this.#workers[free === -1 ? this.#workers.length : free] = worker;
    }
  }

  #line(number: number, file: FileUnderWay | undefined, room: number): string {
    const label = inColour(String(number).padStart(LABEL_COLUMNS), this.#look, 'dim');
    // It waits, or reads folders ahead.
    if (file === undefined) return `${label}${GAP}${inColour('-', this.#look, 'dim')}`;
    const { text, percent } = shownName(file);
    const far = percent === undefined ? '' : this.#farOf(file, percent, room);
    const nameRoom = room - LABEL_COLUMNS - GAP.length - (far === '' ? 0 : GAP.length + stringWidth(far));
    const name = cutMiddle(text, nameRoom, this.#look.hasBlocks ? '…' : '...');
    if (far === '') return `${label}${GAP}${name}`;
    return `${label}${GAP}${name}${' '.repeat(nameRoom - stringWidth(name))}${GAP}${far}`;
  }

  #farOf({ size }: FileUnderWay, percent: number, room: number): string {
    const figures = `${percent}%`.padStart(4);
    if (room < ROOM_FOR_BAR) return figures;
    const cells = barCells(percent / 100, BAR_COLUMNS, this.#look, 'green');
    return `${cells}${figures} of ${threeDigits(size).padStart(SIZE_COLUMNS)}`;
  }
}

const LABEL_COLUMNS = 2;
const BAR_COLUMNS = 10;
/** `1023 MiB` */
const SIZE_COLUMNS = 8;
/** Narrower, the name needs it more. */
const ROOM_FOR_BAR = 60;
