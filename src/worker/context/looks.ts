import type { Facts } from '../../files/facts.js';
import { entryCalls } from '../../files/system/choose-calls.js';
import type { FolderPlace } from '../../files/system/entry-calls.js';
import { waitingCalls } from '../../files/system/waiting-calls.js';
import { WaitGauge } from './wait-gauge.js';

/**
 * Looks at entries of one tree: at once while that takes no time, as where a listing has brought the attributes along,
 * and side by side while the storage makes each look wait. A look at once costs a twentieth of the processor time.
 */
export class Looks {
  readonly #calls = entryCalls();
  readonly #gauge = new WaitGauge();

  /** @returns undefined where nothing exists */
  factsIn(folder: FolderPlace, name: string, follow: boolean): Found | Promise<Found> {
    if (this.#gauge.isWaiting) return waitingCalls.factsAt(folder.prefix + name, follow);
    return this.#gauge.time(() => this.#calls.factsIn(folder, name, follow));
  }

  factsOf({ descriptor }: FolderPlace): Facts | Promise<Facts> {
    if (this.#gauge.isWaiting) return waitingCalls.factsOf(descriptor);
    return this.#gauge.time(() => this.#calls.factsOf(descriptor));
  }
}

type Found = Facts | undefined;
