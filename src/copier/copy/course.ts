import { type BytePath, ROOT } from '../../files/byte-path.js';
import { openFolderHandles } from '../../files/trees/folder-handles.js';
import type { Fleet } from '../../fleet/coordinator/open-fleet.js';
import type { FolderRequest } from '../../protocol/readings.js';
import { countEntries } from '../destination/count-entries.js';
import {
  type Deletion,
  type DeletionHands,
  type DeletionStep,
  DeletionWalk,
} from '../destination/deletion-walk.js';
import type { Destination } from '../destination/destination.js';
import { deletionRules, extrasScope, isSourceAsBefore } from '../destination/extras-scope.js';
import { noRemover, type Remover } from '../destination/remover.js';
import type { Dispatcher } from '../dispatch/dispatcher.js';
import { Slices } from '../listing/slices.js';
import { walkSource } from '../listing/walk-source.js';
import type { Ledger } from '../report/ledger.js';
import type { Stop } from '../report/stop.js';
import { listOptionsOf, type Request } from '../request/request.js';
import { DeletionGuard } from './deletion-guard.js';
import type { TreeCopy } from './tree-copy.js';

/** What real and dry copies do one after the other; what comes after a stop does nothing. */
export class Course {
  readonly #parts: CourseParts;
  readonly #guard: DeletionGuard | undefined;

  constructor(parts: CourseParts) {
    this.#parts = parts;
    const { maxDelete } = parts.request.settings;
    const isNeeded = maxDelete !== undefined && parts.destination.policy.standing === 'content';
    this.#guard = isNeeded ? new DeletionGuard(maxDelete) : undefined;
  }

  async list(): Promise<void> {
    const { request, destination, tree, ...others } = this.#parts;
    if (this.#guard !== undefined) {
      const counts = countEntries(destination.handles, destination.spared);
      await new Slices().through(counts, others.stop, count => this.#guard?.holds(count));
    }
    const { speed } = destination;
    const hasOnlyEntered = request.filters?.hasOnlyEntered === true;
    const ahead = {
      speed,
      read: (folder: FolderRequest) => others.dispatcher.read(folder),
      // What is made only if something in it is copied has to wait for that, and names are compared one after the other.
      makes: !request.settings.dryRun && destination.collisions === undefined && !hasOnlyEntered,
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
      else {
        await this.#parts.ledger.flush();
        await this.#lookAtDeletions();
        if (!stop.isStopped) await tree.unblock(paths => this.#removeTrees(paths));
      }
    }
  }

  /** What the source does not have goes: from a destination if asked, always from what an earlier run left. */
  async sweep(): Promise<void> {
    const { request, ledger, stop, destination, tree } = this.#parts;
    const { settings, places } = request;
    if (stop.isStopped) return;
    await ledger.flush();
    const isEarlier = destination.policy.standing === 'earlier';
    const isAsked = () => settings.delete && destination.policy.standing === 'content' && !ledger.hasFailures;
    if (stop.isStopped || !(isAsked() || isEarlier)) return;
    if (!isSourceAsBefore(places)) {
      const message = 'the source is no longer the folder that was copied; nothing was deleted';
      ledger.failed(ROOT, { code: 'CHANGED', message });
      return;
    }
    await this.#lookAtDeletions();
    if (stop.isStopped || !(isAsked() || isEarlier)) return;
    await this.#eachExtra(destination.remover, deletion => tree.deletions.book(deletion));
    await this.settle();
  }

  /** Of members of a fleet that woke up too late, temporary files may be left, and changed times. */
  async sweepLost(lost: Fleet['lost'], runId: string): Promise<void> {
    const { request, stop, destination, tree } = this.#parts;
    if (stop.isStopped) return;
    for (const touched of lost.sweep(destination.handles, request.places.sourceRoot, runId))
      tree.deletions.book(touched);
    await this.settle();
  }

  /** Where more would go than may, or that cannot be told, it is a failure, after which nothing goes. */
  async #lookAtDeletions(): Promise<void> {
    const { request, ledger, stop, tree } = this.#parts;
    const guard = this.#guard;
    if (guard === undefined || ledger.hasFailures || !guard.beginLook()) return;
    const take = (deletion: Deletion) => {
      if (deletion.kind === 'deleted') guard.wouldDelete();
      else if (deletion.kind === 'failed') tree.deletions.book(deletion);
    };
    await this.#walk(this.#treesWalk(noRemover).trees(tree.blocked.inTheWay), take);
    await this.#eachExtra(noRemover, take);
    const failure = stop.isStopped ? undefined : guard.verdict(request.settings.dryRun);
    if (failure !== undefined) ledger.failedDeletion(ROOT, failure);
  }

  async #eachExtra(remover: Remover, take: (deletion: Deletion) => void): Promise<void> {
    const { request, destination } = this.#parts;
    const { settings, places } = request;
    const source = openFolderHandles(places.sourceRoot, { followLinks: settings.dereference });
    try {
      const { handles, spared } = destination;
      const scope = extrasScope(request, { source, destination: handles, spared });
      await this.#walk(new DeletionWalk(scope, remover, this.#others).extras(), take);
    } finally {
      source.close();
    }
  }

  async #removeTrees(paths: readonly BytePath[]): Promise<void> {
    const { destination, tree } = this.#parts;
    const walk = this.#treesWalk(destination.remover);
    await this.#walk(walk.trees(paths), deletion => tree.deletions.book(deletion));
  }

  #treesWalk(remover: Remover): DeletionWalk {
    const { handles: destination, spared } = this.#parts.destination;
    return new DeletionWalk({ destination, spared }, remover, this.#others);
  }

  async #walk(steps: Iterable<DeletionStep>, take: (deletion: Deletion) => void): Promise<void> {
    const { request, stop, dispatcher } = this.#parts;
    const slices = new Slices(request.settings.events, stop);
    for (const step of steps) {
      if (step?.kind === 'wait') await dispatcher.waitFor(step.until);
      else if (step !== undefined) take(step);
      if (slices.isOver) await slices.next();
      if (stop.isStopped) return;
    }
  }

  /** Workers, where storage is slow. */
  get #others(): DeletionHands | undefined {
    const { request, dispatcher, destination, tree } = this.#parts;
    const { speed, spared } = destination;
    const { dryRun, fleet, pool } = request.settings;
    // One worker would do nothing beside another, and who has left a fleet might remove something too late.
    if (dryRun || fleet !== undefined || pool.most === 1) return undefined;
    const canFind = deletionRules(request, spared) !== undefined;
    return {
      get isSlow() {
        return speed.isSlow;
      },
      get isFull() {
        return dispatcher.isFull;
      },
      find: canFind ? look => dispatcher.findDeletions(look) : undefined,
      remove: (path, facts) => tree.deletions.remove(path, facts),
      ofDestination: calls => speed.ofDestination(calls),
    };
  }
}

/** What takes part in a copy, real or dry. */
interface CourseParts {
  readonly request: Request;
  readonly ledger: Ledger;
  readonly stop: Stop;
  readonly dispatcher: Dispatcher;
  readonly destination: Destination;
  readonly tree: TreeCopy;
}
