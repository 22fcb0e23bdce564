/** What is drawn anew, many times a second, in the same place of a terminal. */
export interface Frame {
  /** One below the other, each narrower than the terminal, and fewer than it has rows. */
  lines(columns: number, rows: number): readonly string[];
  /** What stays when all is over. */
  lastLine(columns: number): string;
}
