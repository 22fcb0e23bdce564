import { native, ROOT, readable } from '../../files/byte-path.js';
import { failureOf } from '../../files/failure.js';
import type { FolderHandles } from '../../files/trees/folder-handles.js';
import { syncFolder } from '../../folders/sync-folder.js';
import { notKeptError } from '../../rules/not-kept.js';
import { giveFinalName, removeMark } from '../claim/last-rename.js';
import type { WorkFolder } from '../claim/work-folder.js';
import type { Ledger } from '../report/ledger.js';
import type { Request } from '../request/request.js';
import type { Course } from './course.js';
import type { TreeCopy } from './tree-copy.js';

/**
 * What comes when all in a copy is done: the last rename; then the root itself is finished under its last name, and the
 * claim in it is given up.
 */
export class LastSteps {
  readonly #request: Request;
  readonly #folder: WorkFolder;
  readonly #runId: string;
  readonly #ledger: Ledger;

  constructor(request: Request, folder: WorkFolder, runId: string, ledger: Ledger) {
    this.#request = request;
    this.#folder = folder;
    this.#runId = runId;
    this.#ledger = ledger;
  }

  /** @returns whether the copy has its final name; if not, that has been reported */
  giveName(destination: FolderHandles): boolean {
    const { places, settings } = this.#request;
    try {
      // Opened before anything else can be put in its place.
      destination.place(ROOT);
      const names = { fsync: settings.fsync, runId: this.#runId };
      if (this.#isNew && giveFinalName(places, names) === 'made anew') destination.close();
    } catch (error) {
      this.#failed(`the copy stays in ${readable(this.#folder.root)}`, error);
      return false;
    }
    destination.moved(places.destinationRoot);
    this.#folder.claim.moved(places.destinationRoot);
    return true;
  }

  /** @returns whether the root has its own mode now; if not, that has been reported */
  async finishRoot(course: Course, tree: TreeCopy, destination: FolderHandles): Promise<boolean> {
    const { places, settings } = this.#request;
    const { destinationRoot } = places;
    const { fsync } = settings;
    try {
      if (this.#isNew && !removeMark(destinationRoot, { fsync })) this.#nameNotSynced(tree);
      tree.finishRoot();
      await course.settle();
      releaseClaim(this.#folder, this.#ledger);
      tree.closeRoot(destination.place(ROOT));
      // Where that cannot be asked of it, the worker that finished it has told of that.
      if (fsync) syncFolder(native(destinationRoot));
      return true;
    } catch (error) {
      this.#failed('the copy is there, but cannot be finished', error);
      return false;
    }
  }

  get #isNew(): boolean {
    return this.#folder.standing !== 'content';
  }

  /** The copy's own name stands in a folder that cannot be written to the disk. */
  #nameNotSynced(tree: TreeCopy): void {
    this.#ledger.tally.countNotKept(['sync']);
    if (this.#request.settings.strict) tree.failRoot(failureOf(notKeptError('sync')));
  }

  #failed(what: string, error: unknown): void {
    const { code, message } = failureOf(error);
    this.#ledger.failed(ROOT, { code, message: `${what}: ${message}` });
  }
}

/** Gives it up. One that cannot be removed is reported: it is in the way of the next run, not of this one. */
export function releaseClaim({ claim }: WorkFolder, ledger: Ledger): void {
  try {
    claim.release();
  } catch (error) {
    ledger.failedBeside(ROOT, failureOf(error));
  }
}
