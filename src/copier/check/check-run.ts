import { openFolderHandles } from '../../files/system/folder-handles.js';
import type { WorkerSettings } from '../../protocol/messages.js';
import { timeGrainNs } from '../../rules/time-grain.js';
import { WakeUp } from '../../wake-up.js';
import { Dispatcher, type JobListener } from '../dispatch/dispatcher.js';
import { LocalHands } from '../dispatch/local-hands.js';
import { filteredEntries } from '../listing/filtered-entries.js';
import { entriesIn } from '../listing/list-entries.js';
import { Slices } from '../listing/slices.js';
import { exitStatus, Stop } from '../report/stop.js';
import type { CopySettings } from '../request/options.js';
import type { Places } from '../request/places.js';
import { listOptionsOf, type Plan } from '../request/plan.js';
import type { CheckListener, CheckReport } from './check-report.js';
import type { BothTrees } from './extra-names.js';
import { TreeCheck } from './tree-check.js';

/** One comparison from its start to its report: list → queue → pool → totals, as a copy, and nothing is written. */
export class CheckRun {
  readonly #plan: Plan;
  readonly #stop: Stop;
  readonly #trees: BothTrees;
  readonly #tree: TreeCheck;
  readonly #dispatcher: Dispatcher;
  readonly #startedAtMs = performance.now();
  readonly #stopping = new WakeUp();

  constructor(plan: Plan, listener: CheckListener) {
    const { places, settings, selection, filters } = plan;
    const { pool, retries, bwlimit, dereference, oneFileSystem, signal, verify } = settings;
    this.#plan = plan;
    this.#stop = new Stop(signal);
    this.#trees = {
      source: openFolderHandles(places.sourceRoot, dereference, OPEN_FOLDERS),
      destination: openFolderHandles(places.destinationRoot, false, OPEN_FOLDERS),
      filters,
      onlyDeviceOf: oneFileSystem ? places.sourceFacts : undefined,
    };
    this.#dispatcher = new Dispatcher(
      new LocalHands(pool, checkerSettings(places, settings), bwlimit),
      retries,
    );
    this.#tree = new TreeCheck({
      trees: this.#trees,
      timeGrainNs: timeGrainNs(places.destinationRoot),
      selection,
      comparesContent: verify,
      listener,
      dispatcher: this.#dispatcher,
    });
    this.#dispatcher.join(this.#jobListener());
  }

  async run(): Promise<CheckReport> {
    const { source, destination } = this.#trees;
    this.#stop.onStop(() => {
      this.#stopping.call();
      void this.#dispatcher.end();
    });
    try {
      await this.#list();
      while (!this.#dispatcher.isIdle && !this.#stop.isStopped) {
        await this.#dispatcher.change();
        await this.#drained();
      }
    } finally {
      this.#stop.close();
      await this.#dispatcher.end();
      source.close();
      destination.close();
    }
    return this.#report();
  }

  async #list(): Promise<void> {
    const slices = new Slices({ drained: () => this.#drained() });
    for (const listed of filteredEntries(
      this.#plan.places.sourceRoot,
      listOptionsOf(this.#plan, this.#plan.places.destinationRoot),
    )) {
      for (const _ of this.#tree.take(listed)) {
        if (slices.isOver) await slices.next();
        if (this.#stop.isStopped) return;
      }
      while (this.#dispatcher.isFull && !this.#stop.isStopped) await this.#dispatcher.change();
      if (slices.isOverAfter(entriesIn(listed))) await slices.next();
      if (this.#stop.isStopped) return;
    }
  }

  /** Waits for whoever takes the differences; a run that is stopped waits for nobody. */
  async #drained(): Promise<void> {
    const { taken } = this.#tree;
    if (taken === undefined || this.#stop.isStopped) return;
    await Promise.race([taken, this.#stopping.next()]);
  }

  #jobListener(): JobListener {
    return {
      done: (job, outcome) => this.#tree.settle(job, outcome),
      failed: (job, failure) => this.#tree.fail(job, failure),
      copied: bytes => this.#tree.compared(bytes),
      // Nothing was written that could have been left.
      abandoned: () => {},
      workers: () => {},
    };
  }

  #report(): CheckReport {
    const { counts } = this.#tree;
    const stopped = this.#stop.reason;
    const status = exitStatus(stopped, counts.differences + counts.failed === 0);
    const seconds = (performance.now() - this.#startedAtMs) / 1000;
    return { ...counts, status, stopped, seconds, destination: this.#plan.places.destination };
  }
}

/** In each tree, beside those of the walk: a folder, its parent, and their root come again at once, others later. */
const OPEN_FOLDERS = 4;

/** What the workers of a comparison are told: of what concerns writing, that nothing is to be done. */
function checkerSettings(places: Places, { chunkSize, dereference }: CopySettings): WorkerSettings {
  return {
    source: places.sourceRoot,
    destination: places.destinationRoot,
    finalDestination: places.destinationRoot,
    chunkSize,
    runId: '',
    standing: 'content',
    trust: 'nothing',
    ifExists: 'skip',
    reflink: 'never',
    dereference,
    attributes: false,
    strict: false,
    verify: false,
    digests: false,
    fsync: false,
    parentPid: process.pid,
  };
}
