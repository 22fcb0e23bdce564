import { join } from '../../files/byte-path.js';
import type { Failure } from '../../files/failure.js';
import type { Destination } from '../destination/destination.js';
import {
  canBeRemoved,
  noRemover,
  type Removal,
  type Remover,
  removeTree,
} from '../destination/remove-tree.js';
import type { PendingJob } from '../dispatch/pending-job.js';

/** Entries whose place is taken by a folder that is not empty: they have their turn when all else is done. */
export class BlockedEntries {
  readonly #destination: Pick<Destination, 'handles' | 'spared' | 'remover'>;
  readonly #entries: BlockedEntry[] = [];

  constructor(destination: Pick<Destination, 'handles' | 'spared' | 'remover'>) {
    this.#destination = destination;
  }

  get isEmpty(): boolean {
    return this.#entries.length === 0;
  }

  add(entry: BlockedEntry): void {
    this.#entries.push(entry);
  }

  /** What `free` would remove. */
  *removals(): Generator<Removal, void, undefined> {
    for (const { job } of this.#entries) if (this.#canBeFreed(job)) yield* this.#remove(job, noRemover);
  }

  /** Removes what is in the way of the entries, except what is spared. @returns which are free now, and the others */
  free(onRemoval: (removal: Removal) => void): { freed: BlockedEntry[]; stuck: BlockedEntry[] } {
    const freed: BlockedEntry[] = [];
    const stuck: BlockedEntry[] = [];
    for (const entry of this.takeAll()) (this.#canBeFreed(entry.job) ? freed : stuck).push(entry);
    for (const { job } of freed) {
      for (const removal of this.#remove(job, this.#destination.remover)) onRemoval(removal);
    }
    return { freed, stuck };
  }

  takeAll(): BlockedEntry[] {
    return this.#entries.splice(0);
  }

  #canBeFreed({ folder, name }: PendingJob): boolean {
    const { handles, spared } = this.#destination;
    return canBeRemoved(handles, join(folder, name), spared);
  }

  #remove({ folder, name }: PendingJob, remover: Remover): Generator<Removal, void, undefined> {
    const { handles, spared } = this.#destination;
    return removeTree(handles, join(folder, name), spared, remover);
  }
}

interface BlockedEntry {
  readonly job: PendingJob;
  readonly failure: Failure;
}
