/** What is drawn anew, many times a second, in the same place of a terminal. */
export interface Frame {
  /** One below the other, each narrower than the terminal, and fewer than it has rows. */
  lines(columns: number, rows: number): readonly string[];
  /** What stays when all is over. */
  lastLine(columns: number): string;
}

/** Between two pieces of a line. */
export const GAP = '  ';
/** Of the time left, in columns: `12:34 left`. */
export const LEFT_AT_LEAST = 10;
