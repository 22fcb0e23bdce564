import type { Deletion } from '../../copier/destination/deletion-walk.js';
import { isFinish, type PendingJob } from '../../copier/dispatch/pending-job.js';
import { type BytePath, join, native, ROOT } from '../../files/byte-path.js';
import { type Failure, failedStep, failureOf } from '../../files/failure.js';
import { isTemporaryOf } from '../../files/reserved-names.js';
import { unlinkIfThere } from '../../files/system/path-calls.js';
import { stat } from '../../files/system/stat.js';
import { type FolderHandles, openFolderHandles } from '../../files/trees/folder-handles.js';
import { namesIn } from '../../folders/names-in.js';

/** The folders in which other machines worked when they were lost: some of their workers may have woken up since. */
export class LostElsewhere {
  readonly #folders = new Set<BytePath>();

  add(jobs: readonly PendingJob[]): void {
    for (const job of jobs) this.#folders.add(isFinish(job) ? join(job.folder, job.name) : job.folder);
  }

  /** Removes the run's temporary names in them; each has to be finished once more. */
  *sweep(
    destination: FolderHandles,
    sourceRoot: BytePath,
    runId: string,
  ): Generator<Deletion, void, undefined> {
    if (this.#folders.size === 0) return;
    const source = openFolderHandles(sourceRoot);
    const runs = new Set([runId]);
    try {
      for (const folder of this.#folders) {
        try {
          for (const name of [...namesIn(destination, folder)]) {
            if (!isTemporaryOf(name, runs)) continue;
            const failure = failureIn(() => unlinkIfThere(native(destination.at(folder) + name)));
            if (failure !== undefined) yield { kind: 'failed', path: join(folder, name), failure };
          }
          const facts = stat(native(`${source.at(folder)}.`));
          if (folder !== ROOT) yield { kind: 'touched', folder, facts };
        } catch {
          // It has gone meanwhile, or has been told as failed.
        }
      }
    } finally {
      source.close();
    }
  }
}

function failureIn(remove: () => void): Failure | undefined {
  try {
    remove();
    return undefined;
  } catch (error) {
    return failureOf(failedStep('cannot be deleted', error));
  }
}
