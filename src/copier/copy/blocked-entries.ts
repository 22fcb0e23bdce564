import { type BytePath, join } from '../../files/byte-path.js';
import type { Failure } from '../../files/failure.js';
import { DeletionWalk } from '../destination/deletion-walk.js';
import type { Destination } from '../destination/destination.js';
import { noRemover } from '../destination/remover.js';
import type { PendingJob } from '../dispatch/pending-job.js';

/** Entries whose place is taken by a folder that is not empty: they have their turn when all else is done. */
export class BlockedEntries {
  readonly #destination: Pick<Destination, 'handles' | 'spared'>;
  readonly #entries: BlockedEntry[] = [];

  constructor(destination: Pick<Destination, 'handles' | 'spared'>) {
    this.#destination = destination;
  }

  get isEmpty(): boolean {
    return this.#entries.length === 0;
  }

  add(entry: BlockedEntry): void {
    this.#entries.push(entry);
  }

  /** What would be removed to make room for them. */
  get inTheWay(): BytePath[] {
    return this.#entries.filter(({ job }) => this.#canBeFreed(job)).map(({ job }) => pathOf(job));
  }

  /** @returns those for which room can be made, as nothing in their way is spared, and the others */
  takeApart(): { free: BlockedEntry[]; stuck: BlockedEntry[] } {
    const free: BlockedEntry[] = [];
    const stuck: BlockedEntry[] = [];
    for (const entry of this.takeAll()) (this.#canBeFreed(entry.job) ? free : stuck).push(entry);
    return { free, stuck };
  }

  takeAll(): BlockedEntry[] {
    return this.#entries.splice(0);
  }

  #canBeFreed(job: PendingJob): boolean {
    const { handles: destination, spared } = this.#destination;
    const path = pathOf(job);
    for (const step of new DeletionWalk({ destination, spared }, noRemover).trees([path])) {
      if (step?.kind === 'deleted' && step.path === path) return true;
    }
    return false;
  }
}

export function pathOf({ folder, name }: PendingJob): BytePath {
  return join(folder, name);
}

export interface BlockedEntry {
  readonly job: PendingJob;
  readonly failure: Failure;
}
