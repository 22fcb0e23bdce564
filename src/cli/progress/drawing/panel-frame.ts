import type { Tally } from '../../../copier/report/tally.js';
import type { TerminalLook } from '../../output/terminal-look.js';
import type { Progress, ProgressNow } from '../figures/progress.js';
import { percentOf, progressFacts, rateOf, threeDigits } from '../figures/progress-facts.js';
import { RateHistory } from '../figures/rate-history.js';
import { barCells } from './bar-cells.js';
import { BarFrame } from './bar-frame.js';
import { type Frame, GAP, LEFT_AT_LEAST } from './frame.js';
import { inColour } from './in-colour.js';
import { WorkerLines } from './worker-lines.js';

/** The panel: the whole, a graph of the rate over the last minute, and a line for each worker. */
export class PanelFrame implements Frame {
  readonly #tally: Tally;
  readonly #progress: Progress;
  readonly #look: TerminalLook;
  /** Instead of the panel where it has no room, and what stays of it. */
  readonly #bar: BarFrame;
  readonly #rates = new RateHistory();
  readonly #workers: WorkerLines;
  /** The most that the time left has taken: the cells keep their number. */
  #leftColumns = LEFT_AT_LEAST;

  constructor(tally: Tally, progress: Progress, look: TerminalLook) {
    this.#tally = tally;
    this.#progress = progress;
    this.#look = look;
    this.#bar = new BarFrame(tally, progress, look);
    this.#workers = new WorkerLines(tally, look);
  }

  lines(columns: number, rows: number): string[] {
    const now = this.#progress.now();
    this.#rates.note(now.readsContent ? now.bytes : now.filesDone, this.#tally.seconds);
    const most = rows - 1 - HEAD_LINES;
    const room = columns - 1;
    if (most < 1 || room < LEAST_ROOM) return this.#bar.lines(columns);
    return [
      this.#wholeLine(now, room),
      this.#factsLine(now, room),
      this.#graphLine(now, room),
      ...this.#workers.draw(room, most),
    ];
  }

  lastLine(columns: number): string {
    return this.#bar.lastLine(columns);
  }

  #wholeLine(now: ProgressNow, room: number): string {
    const percent = percentOf(now);
    const words = progressFacts(now).get('left') ?? '';
    this.#leftColumns = Math.max(this.#leftColumns, words.length);
    const left = words.padStart(this.#leftColumns);
    const columns = room - percent.length - 1 - GAP.length - left.length;
    return `${percent} ${barCells(now.percent / 100, columns, this.#look, now.failures > 0 ? 'red' : 'green')}${GAP}${left}`;
  }

  /** As many facts as there is room for, the most telling first. */
  #factsLine(now: ProgressNow, room: number): string {
    const failures = now.failures === 0 ? 'no failures' : `${now.failures} failed`;
    const facts = [
      `${now.filesDone}/${now.filesFound} files`,
      failures,
      ...(now.readsContent ? [`${threeDigits(now.bytes)} of ${threeDigits(now.bytesFound)}`] : []),
      rateOf(now, now),
    ];
    while (facts.length > 1 && facts.join(GAP).length > room) facts.pop();
    const line = facts.join(GAP).slice(0, room);
    return now.failures > 0 ? line.replace(failures, inColour(failures, this.#look, 'red')) : line;
  }

  #graphLine(now: ProgressNow, room: number): string {
    const peak = this.#rates.peak;
    const words = `${GAP}peak ${rateOf(now, { rate: peak, fileRate: peak })}`;
    const hasWords = peak > 0 && room - words.length >= LEAST_GRAPH;
    const columns = Math.min(hasWords ? room - words.length : room, this.#rates.seconds);
    const levels = this.#look.hasBlocks ? BLOCKS : ASCII;
    const cells = this.#rates.latest(columns).map(rate => levelOf(rate, peak, levels));
    const graph = cells.join('').padStart(columns);
    return inColour(graph, this.#look, 'cyan') + (hasWords ? words : '');
  }
}

const HEAD_LINES = 3;
const LEAST_ROOM = 30;
const LEAST_GRAPH = 10;

const BLOCKS = ['▁', '▂', '▃', '▅', '▇'];
const ASCII = ['.', ':', '-', '=', '#'];

function levelOf(rate: number, peak: number, levels: readonly string[]): string {
  return rate <= 0 ? ' ' : (levels[Math.ceil((rate / peak) * levels.length) - 1] ?? ' ');
}
