import type { BytePath } from '../../files/byte-path.js';
import type { Facts } from '../../files/facts.js';

/** A folder that is looked through for what goes: it has its turn once all of that is through. */
export class EmptiedFolder {
  readonly isExtra: boolean;
  /** Its entries that have their turn, and one for the look itself. */
  unsettled = 1;
  source: Facts | undefined;
  holdsSpared = false;
  hasLost = false;
  /** `unknown`: nobody knows what is in it; `spared`: nothing of it goes. */
  state: 'looked through' | 'unknown' | 'spared' = 'looked through';

  /**
   * @param within the folder that goes with it or loses it
   * @param facts of one that is to go, before anything in it went
   */
  constructor(
    readonly path: BytePath,
    readonly within: EmptiedFolder | undefined,
    readonly facts: Facts | undefined,
  ) {
    this.isExtra = facts !== undefined;
  }
}
