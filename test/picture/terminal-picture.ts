import { type Piece, piecesOf } from './screen-cells.js';

export interface PictureSize {
  columns: number;
  rows: number;
  /** how long each frame is shown, in milliseconds; the last one eight times as long */
  frameMs: number;
  /** what it shows, in words */
  label: string;
}

/** An SVG of a terminal that shows one screen after the other; the one at `still` where nothing can move. */
export function terminalPicture(screens: readonly string[], still: number, size: PictureSize): string {
  const { columns, rows, frameMs, label } = size;
  const width = columns * cell.width + 2 * margin;
  const height = rows * cell.height + 2 * margin + bar;
  const turns = screens.length + lastFrames;
  const seconds = (turns * frameMs) / 1000;
  const shown = (count: number): string => ((count * 100) / turns).toFixed(3);
  const groups = screens.map((screen, index) => {
    const isLast = index === screens.length - 1;
    const start = -((turns - index) * frameMs) / 1000;
    const classes = `${isLast ? 'last' : 'frame'}${index === still ? ' still' : ''}`;
    return `<g class="${classes}" style="animation-delay:${start}s">${piecesOf(screen).map(drawn).join('')}</g>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${label}">
<style>
text { font: ${fontSize}px ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, 'Noto Sans Mono CJK SC', monospace; fill: ${plain}; white-space: pre; }
.frame, .last { visibility: hidden; }
.still { visibility: visible; }
@media (prefers-reduced-motion: no-preference) {
.frame { animation: frame ${seconds}s infinite; }
.last { animation: last ${seconds}s infinite; }
}
@keyframes frame { 0% { visibility: visible; } ${shown(1)}% { visibility: hidden; } 100% { visibility: hidden; } }
@keyframes last { 0% { visibility: visible; } ${shown(lastFrames + 1)}% { visibility: hidden; } 100% { visibility: hidden; } }
</style>
<rect width="${width}" height="${height}" rx="8" fill="#242933"/>
${['#bf616a', '#ebcb8b', '#a3be8c'].map((colour, index) => `<circle cx="${20 + index * 20}" cy="18" r="6" fill="${colour}"/>`).join('')}
${groups.join('\n')}
</svg>
`;
}

const fontSize = 14;
const cell = { width: 8.43, height: 20 };
const margin = 14;
/** Height of the window's upper edge. */
const bar = 24;
const lastFrames = 7;
const plain = '#d8dee9';
/** By the numbers of control sequences. */
const colours: Readonly<Record<number, string>> = {
  31: '#bf616a',
  32: '#a3be8c',
  36: '#88c0d0',
  100: '#434c5e',
};

/** Each at its column: fonts do not agree on how wide Chinese and emoji are, nor on how high blocks. */
function drawn(piece: Piece): string {
  const { row, column, columns, text, look } = piece;
  const top = margin + bar + row * cell.height;
  const fill = look.colour === undefined ? plain : colourOf(look.colour);
  const blocks = [...text];
  const behind =
    look.background === undefined
      ? ''
      : rect(column, columns, top + slit, cell.height - 2 * slit, colourOf(look.background));
  if (blocks.every(block => block === ' ')) return behind;
  if (blocks.some(block => isBlock(block)))
    return (
      behind +
      runsOf(blocks)
        .map(run => blockOf(run, column, top, fill))
        .join('')
    );
  const x = (margin + column * cell.width).toFixed(2);
  const length = (columns * cell.width).toFixed(2);
  const style = `${look.colour === undefined ? '' : ` style="fill:${fill}"`}${look.isDim ? ' opacity="0.6"' : ''}`;
  return `${behind}<text x="${x}" y="${top + 0.75 * cell.height}" textLength="${length}" lengthAdjust="spacingAndGlyphs"${style}>${escaped(text)}</text>`;
}

/** Between the cells of two lines, as a terminal's bar would fill them. */
const slit = 3;

interface Run {
  readonly block: string;
  readonly start: number;
  readonly length: number;
}

function runsOf(blocks: readonly string[]): Run[] {
  const runs: Run[] = [];
  for (const [start, block] of blocks.entries()) {
    const last = runs.at(-1);
    if (last?.block === block) runs.splice(-1, 1, { ...last, length: last.length + 1 });
    else runs.push({ block, start, length: 1 });
  }
  return runs;
}

function blockOf({ block, start, length }: Run, column: number, top: number, fill: string): string {
  const inner = cell.height - 2 * slit;
  const eighths = LEFT_BLOCKS.indexOf(block) + 1;
  // A little wider, so that no line is seen before the next.
  if (block === '█') return rect(column + start, length + 0.03, top + slit, inner, fill);
  if (block === '░') return rect(column + start, length, top + slit, inner, fill, 0.25);
  if (eighths > 0) return rect(column + start, eighths / 8, top + slit, inner, fill);
  const high = ((LOWER_BLOCKS[block] ?? 0) / 8) * cell.height;
  return high === 0 ? '' : rect(column + start, length, top + cell.height - high, high, fill);
}

const LEFT_BLOCKS = '▏▎▍▌▋▊▉';
const LOWER_BLOCKS: Readonly<Record<string, number>> = { '▁': 1, '▂': 2, '▃': 3, '▅': 5, '▇': 7 };

function isBlock(character: string): boolean {
  return (
    character === '█' || character === '░' || LEFT_BLOCKS.includes(character) || character in LOWER_BLOCKS
  );
}

function rect(column: number, columns: number, y: number, height: number, fill: string, opacity = 1): string {
  const x = (margin + column * cell.width).toFixed(2);
  const width = (columns * cell.width).toFixed(2);
  const faint = opacity === 1 ? '' : ` opacity="${opacity}"`;
  return `<rect x="${x}" y="${y}" width="${width}" height="${height}" fill="${fill}"${faint}/>`;
}

function colourOf(code: number): string {
  const colour = colours[code];
  if (colour === undefined) throw new Error(`a picture has no colour for ${code}`);
  return colour;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
