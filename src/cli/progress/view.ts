import type { CopyEvent } from '../../copier/report/events.js';
import type { Tally } from '../../copier/report/tally.js';

/** Shows a run while it goes on. Chosen once; nothing later asks which one it is. */
export interface View {
  /** Whether the view shows each finished entry; otherwise the run need not make an event of it. */
  readonly wantsFiles: boolean;
  /** Whether it shows what each worker is at; otherwise they need not tell what they begin. */
  readonly showsWorkers: boolean;
  /** @param tally kept up to date while the run goes on */
  start(tally: Tally): void;
  /** @returns where no more can be taken for now, a promise of when it can */
  event(event: CopyEvent): Promise<void> | undefined;
  /** A line for standard error that does not disturb what is drawn. */
  print(line: string): void;
  /** Shows what is left to show, and leaves the terminal as it was, the cursor on a line of its own. */
  close(): Promise<void>;
}
