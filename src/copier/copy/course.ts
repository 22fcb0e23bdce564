import { ROOT } from '../../files/byte-path.js';
import { openFolderHandles } from '../../files/system/folder-handles.js';
import type { FolderRequest } from '../../protocol/readings.js';
import { deleteExtras, isSourceAsBefore } from '../destination/delete-extras.js';
import type { Destination } from '../destination/destination.js';
import type { Dispatcher } from '../dispatch/dispatcher.js';
import { Slices } from '../listing/slices.js';
import { walkSource } from '../listing/walk-source.js';
import type { Ledger } from '../report/ledger.js';
import type { Stop } from '../report/stop.js';
import { listOptionsOf, type Request } from '../request/request.js';
import type { TreeCopy } from './tree-copy.js';

/** What takes part in a copy, real or dry. */
export interface CourseParts {
  readonly request: Request;
  readonly ledger: Ledger;
  readonly stop: Stop;
  readonly dispatcher: Dispatcher;
  readonly destination: Destination;
  readonly tree: TreeCopy;
}

/** What real and dry copies do one after the other; what comes after a stop does nothing. */
export class Course {
  readonly #parts: CourseParts;

  constructor(parts: CourseParts) {
    this.#parts = parts;
  }

  async list(): Promise<void> {
    const { request, destination, tree, ...others } = this.#parts;
    const { speed } = destination;
    const ahead = speed && {
      speed,
      read: (folder: FolderRequest) => others.dispatcher.read(folder),
      // Two names that are one there are found out one after the other.
      makes: destination.collisions === undefined,
    };
    const options = { ...listOptionsOf(request, destination.root), ahead };
    const walk = { ...others, events: request.settings.events };
    await walkSource(request.places.sourceRoot, options, tree.jobs, walk);
  }

  /** Waits until all that was listed is done. */
  async settle(): Promise<void> {
    const { dispatcher, stop, tree } = this.#parts;
    while (!stop.isStopped) {
      if (!dispatcher.isIdle) await dispatcher.change();
      else if (tree.isDone) return;
      else tree.unblock();
    }
  }

  /** What the source does not have goes: from a destination if asked, always from what an earlier run left. */
  async sweep(): Promise<void> {
    const { request, ledger, stop, destination, tree } = this.#parts;
    const { settings, places } = request;
    const { standing } = destination.policy;
    const isAsked = settings.delete && standing === 'content' && !ledger.hasFailures;
    if (stop.isStopped || !(isAsked || standing === 'earlier')) return;
    if (!isSourceAsBefore(places)) {
      const message = 'the source is no longer the folder that was copied; nothing was deleted';
      ledger.failed(ROOT, { code: 'CHANGED', message });
      return;
    }
    const source = openFolderHandles(places.sourceRoot, { followLinks: settings.dereference });
    try {
      const scope = { request, source, destination: destination.handles, spared: destination.spared };
      await new Slices(settings.events).through(
        deleteExtras(scope, destination.remover),
        stop,
        deletion => deletion && tree.book(deletion),
      );
    } finally {
      source.close();
    }
    await this.settle();
  }
}
