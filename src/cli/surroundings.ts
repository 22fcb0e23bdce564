import type { Spare } from '../multiprocessing/process/spare.js';
import type { Output } from './output/output.js';

/** What the command finds where it is started. */
export interface Surroundings {
  readonly output: Output;
  /** The signals that stop nothing, as whoever started it wanted. */
  readonly ignored: ReadonlySet<string>;
  /** A worker that has been forked already. */
  readonly spare: Spare | undefined;
}
