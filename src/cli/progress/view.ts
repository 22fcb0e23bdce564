import type { CopyEvent } from '../../copier/events.js';

/** Shows a run while it goes on. Chosen once; nothing later asks which one it is. */
export interface View {
  event(event: CopyEvent): void;
  /** A line for standard error that does not disturb what is drawn. */
  print(line: string): void;
  /** Leaves the terminal as it was, with one clean last line at most. */
  close(): void;
}

/** Shows nothing but the lines that are printed. */
export class PlainErrors implements View {
  event(): void {}

  print(line: string): void {
    process.stderr.write(`${line}\n`);
  }

  close(): void {}
}
