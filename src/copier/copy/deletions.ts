import { type BytePath, join, ROOT, split } from '../../files/byte-path.js';
import type { Facts } from '../../files/facts.js';
import type { Failure } from '../../files/failure.js';
import type { Deletion } from '../destination/deletion-walk.js';
import { finishJob, type PendingJob } from '../dispatch/pending-job.js';
import type { TreeCopyParts } from './tree-jobs.js';

/** Books what is deleted, by the walk itself or by workers. */
export class Deletions {
  readonly #parts: TreeCopyParts;
  /** Who waits for an entry to be removed. */
  readonly #removing = new Map<BytePath, (isGone: boolean) => void>();
  /** Folders that are finished once more, without being counted again. */
  readonly #again = new Set<BytePath>();

  constructor(parts: TreeCopyParts) {
    this.#parts = parts;
  }

  /** Has a worker remove an entry of the destination. @returns whether it is gone, which has been booked by then */
  remove(path: BytePath, facts: Facts): Promise<boolean> {
    const [folder, name] = split(path);
    return new Promise(resolve => {
      this.#removing.set(path, resolve);
      this.#parts.dispatcher.add({ kind: 'remove', folder, name, facts, attempt: 1 });
    });
  }

  /** @param failure why a worker could not */
  removed({ folder, name }: PendingJob, failure?: Failure): void {
    const path = join(folder, name);
    const isGone = failure === undefined;
    this.book(isGone ? { kind: 'deleted', path } : { kind: 'failed', path, failure });
    this.#removing.get(path)?.(isGone);
    this.#removing.delete(path);
  }

  book(deletion: Deletion): void {
    const { destination, ledger } = this.#parts;
    switch (deletion.kind) {
      case 'deleted':
        // Nobody loses what an earlier run of this copy left.
        if (destination.policy.standing === 'content') ledger.deleted(deletion.path);
        return;
      case 'failed':
        ledger.failedDeletion(deletion.path, deletion.failure);
        return;
      case 'touched':
        if (deletion.folder !== ROOT) this.#finishAgain(deletion.folder, deletion.facts);
        return;
      default:
        deletion satisfies never;
    }
  }

  /** Whether a folder was finished once more: true once. */
  isFinishedAgain(folder: BytePath): boolean {
    return this.#again.delete(folder);
  }

  /** Sets a folder's owner, mode and times anew. */
  #finishAgain(folder: BytePath, facts: Facts): void {
    this.#again.add(folder);
    this.#parts.dispatcher.add(finishJob(folder, facts));
  }
}
