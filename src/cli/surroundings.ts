import type { Spare } from '../multiprocessing/process/spare.js';
import type { Output } from './output/output.js';

/** What the command is started with. */
export interface Surroundings {
  readonly output: Output;
  /** The signals that it was started to ignore. */
  readonly ignored: ReadonlySet<string>;
  /** A worker that has been forked already. */
  readonly spare: Spare | undefined;
}
