import type { CopyEvent } from '../../copier/report/events.js';
import type { Tally } from '../../copier/report/tally.js';
import { printLine } from '../output/print-line.js';
import type { BarDrawing, DrawnKind } from './drawing/bar-drawing.js';
import { Progress } from './figures/progress.js';
import type { View } from './view.js';

/** A bar or a panel on a terminal; a copy that is over soon has just its last line. */
export class BarView implements View {
  readonly wantsFiles = false;
  readonly showsWorkers: boolean;
  readonly #kind: DrawnKind;
  #progress: Progress | undefined;
  #loading: Promise<BarDrawing> | undefined;
  #delay: NodeJS.Timeout | undefined;
  #drawn: BarDrawing | undefined;
  #isBegun = false;
  #closing: Promise<void> | undefined;

  constructor(kind: DrawnKind) {
    this.#kind = kind;
    this.showsWorkers = kind === 'panel';
  }

  start(tally: Tally): void {
    const progress = new Progress(tally);
    this.#progress = progress;
    // It takes longer to load than a small folder to copy: the workers start meanwhile.
    this.#loading = import('./drawing/bar-drawing.js').then(
      ({ BarDrawing }) => new BarDrawing(this.#kind, tally, progress),
    );
    this.#delay = setTimeout(() => void this.#draw(), SHOWN_AFTER_MS);
  }

  event(event: CopyEvent): undefined {
    if (event.type === 'start') this.#isBegun = true;
    this.#progress?.hear(event);
  }

  print(line: string): void {
    if (this.#drawn === undefined) printLine(line);
    else this.#drawn.print(line);
  }

  close(): Promise<void> {
    this.#closing ??= this.#leaveLastLine();
    return this.#closing;
  }

  async #leaveLastLine(): Promise<void> {
    clearTimeout(this.#delay);
    // What was refused has nothing to show.
    if (this.#isBegun) await this.#draw();
    this.#drawn?.stop();
    this.#drawn = undefined;
  }

  async #draw(): Promise<void> {
    const drawing = await this.#loading;
    if (this.#drawn !== undefined || drawing === undefined) return;
    this.#drawn = drawing;
    drawing.start();
  }
}

/** A copy that is over sooner shows just its last line. */
const SHOWN_AFTER_MS = 500;
