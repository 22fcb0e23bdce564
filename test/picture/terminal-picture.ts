import stringWidth from 'string-width';

export interface PictureSize {
  columns: number;
  rows: number;
  /** how long each frame is shown, in milliseconds; the last one eight times as long */
  frameMs: number;
}

/** An SVG of a terminal that shows one screen after the other; the last one where nothing can move. */
export function terminalPicture(frames: readonly string[], { columns, rows, frameMs }: PictureSize): string {
  const width = columns * cell.width + 2 * margin;
  const height = rows * cell.height + 2 * margin + bar;
  const turns = frames.length + lastFrames;
  const seconds = (turns * frameMs) / 1000;
  const shown = (count: number): string => ((count * 100) / turns).toFixed(3);
  const groups = frames.map((frame, index) => {
    const isLast = index === frames.length - 1;
    const start = -((turns - index) * frameMs) / 1000;
    return `<g class="${isLast ? 'last' : 'frame'}" style="animation-delay:${start}s">${textOf(frame, columns)}</g>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="folder-copy at a terminal">
<style>
text { font: ${fontSize}px ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, 'Noto Sans Mono CJK SC', monospace; fill: #d8dee9; white-space: pre; }
.frame { visibility: hidden; }
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

/** Each piece at its column: fonts do not agree on how wide Chinese and emoji are. */
function textOf(frame: string, columns: number): string {
  const lines = frame.split('\n').flatMap(line => wrapped(line, columns));
  return lines
    .flatMap((line, row) => {
      const y = margin + bar + (row + 0.75) * cell.height;
      return piecesOf(line).map(({ column, text }) => {
        const x = (margin + column * cell.width).toFixed(2);
        const length = (stringWidth(text) * cell.width).toFixed(2);
        return `<text x="${x}" y="${y}" textLength="${length}" lengthAdjust="spacingAndGlyphs">${escaped(text)}</text>`;
      });
    })
    .join('');
}

/** Words, and every wide character by itself, with the columns they begin in. */
function piecesOf(line: string): { column: number; text: string }[] {
  const pieces: { column: number; text: string; isWide: boolean }[] = [];
  let column = 0;
  for (const { segment } of new Intl.Segmenter().segment(line)) {
    const last = pieces.at(-1);
    const width = stringWidth(segment);
    const goesOn = width === 1 && last?.isWide === false && column === last.column + last.text.length;
    if (segment !== ' ' && goesOn) last.text += segment;
    else if (segment !== ' ') pieces.push({ column, text: segment, isWide: width > 1 });
    column += width;
  }
  return pieces;
}

function wrapped(line: string, columns: number): string[] {
  if (stringWidth(line) <= columns) return [line];
  return [line.slice(0, columns), ...wrapped(line.slice(columns), columns)];
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
