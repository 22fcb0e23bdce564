import stringWidth from 'string-width';

/** Characters of one look that stand side by side on a screen. */
export interface Piece {
  readonly row: number;
  readonly column: number;
  /** How many columns it takes. */
  readonly columns: number;
  readonly text: string;
  readonly look: Look;
}

/** As it was asked for, by the numbers of its control sequences. */
export interface Look {
  readonly colour?: number;
  readonly background?: number;
  readonly isDim?: true;
}

/** The pieces of a screen as tmux gives it, with its colours: words, and every wide character by itself. */
export function piecesOf(screen: string): Piece[] {
  const pieces: Piece[] = [];
  let look: Look = {};
  for (const [row, line] of screen.split('\n').entries()) {
    let column = 0;
    for (const [, codes, text = ''] of line.matchAll(SEQUENCE_OR_TEXT)) {
      if (codes !== undefined) look = changed(look, codes);
      for (const { segment } of new Intl.Segmenter().segment(text)) {
        const columns = stringWidth(segment);
        addTo(pieces, { row, column, columns, text: segment, look });
        column += columns;
      }
    }
  }
  return pieces;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: control sequences are what it looks for
const SEQUENCE_OR_TEXT = /\x1b\[([\d;]*)m|([^\x1b]+)/g;

function addTo(pieces: Piece[], piece: Piece): void {
  const isBlank = piece.text === ' ' && piece.look.background === undefined;
  if (isBlank) return;
  const last = pieces.at(-1);
  const goesOn =
    last !== undefined &&
    last.row === piece.row &&
    last.look === piece.look &&
    last.column + last.columns === piece.column &&
    last.columns === last.text.length &&
    piece.columns === piece.text.length;
  if (goesOn)
    pieces.splice(-1, 1, { ...last, columns: last.columns + piece.columns, text: last.text + piece.text });
  else pieces.push(piece);
}

function changed(look: Look, codes: string): Look {
  let now = look;
  for (const code of codes.split(';').map(Number)) {
    const { colour, background, isDim } = now;
    if (code === 0) now = {};
    else if (code === 2) now = { ...now, isDim: true };
    else if (code === 39) now = { ...(background !== undefined && { background }), ...(isDim && { isDim }) };
    else if (code === 49) now = { ...(colour !== undefined && { colour }), ...(isDim && { isDim }) };
    else if (code >= 30 && code <= 37) now = { ...now, colour: code };
    else if (code >= 100 && code <= 107) now = { ...now, background: code };
    else throw new Error(`a picture does not know the control sequence ${code}`);
  }
  return now;
}
