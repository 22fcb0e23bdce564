import { randomBytes } from 'node:crypto';
import { type BytePath, native, ROOT, readable } from '../../files/byte-path.js';
import { type Failure, failureOf } from '../../files/failure.js';
import { type FolderHandles, openFolderHandles } from '../../files/system/folder-handles.js';
import { stat } from '../../files/system/stat.js';
import { timeGrainNs } from '../../rules/time-grain.js';
import { version } from '../../version.js';
import { cleanTemporaries } from '../destination/clean-temporaries.js';
import { cloneGuess } from '../destination/clone-guess.js';
import { sweep } from '../destination/delete-extras.js';
import { NameCollisions } from '../destination/name-collisions.js';
import { QuickLook } from '../destination/quick-look.js';
import { findShortage, fullInWords, measureTree, shortageInWords } from '../destination/space-check.js';
import { removeIfThere, removeUnfinished } from '../destination/unfinished.js';
import {
  giveFinalName,
  openWorkFolder,
  removeMark,
  syncFolder,
  type WorkFolder,
} from '../destination/work-folder.js';
import { Dispatcher, type JobListener } from '../dispatch/dispatcher.js';
import { LocalHands } from '../dispatch/local-hands.js';
import { filteredEntries } from '../listing/filtered-entries.js';
import { entriesIn } from '../listing/list-entries.js';
import { Slices } from '../listing/slices.js';
import { type CopyReport, eventDestination, eventPlaces } from '../report/events.js';
import { Ledger } from '../report/ledger.js';
import { openSideFiles, type SideFiles } from '../report/side-files.js';
import { Stop } from '../report/stop.js';
import type { Tally } from '../report/tally.js';
import { listOptionsOf, type Plan } from '../request/plan.js';
import { LargeFiles } from './large-files.js';
import { TreeCopy } from './tree-copy.js';
import { workerSettings } from './worker-settings.js';

/** One copy from its start to its report: list → queue → pool → totals. It tells events and draws nothing. */
export class CopyRun {
  readonly #plan: Plan;
  readonly #runId = randomBytes(8).toString('hex');
  readonly #stop: Stop;
  readonly #files: SideFiles;
  readonly #ledger: Ledger;

  constructor(plan: Plan) {
    const { settings } = plan;
    this.#plan = plan;
    this.#stop = new Stop(settings.signal);
    this.#files = openSideFiles(settings.checksums, settings.failed);
    this.#ledger = new Ledger(settings.events, this.#files);
  }

  get tally(): Tally {
    return this.#ledger.tally;
  }

  /** @throws {RefusedError} where the destination cannot be made, or is another run's */
  async run(): Promise<CopyReport> {
    const { pool, chunkSize, events } = this.#plan.settings;
    try {
      const folder = await openWorkFolder(this.#plan.places, this.#plan.settings, this.#runId);
      try {
        this.#files.start();
        events.tell({
          type: 'start',
          version,
          ...eventPlaces(this.#plan.places),
          workers: pool.most,
          chunkSize,
        });
        await this.#copyInto(folder);
      } finally {
        folder.claim.release();
      }
    } finally {
      this.#stop.close();
      this.#files.close();
    }
    const { type: _, ...report } = this.#ledger.end(this.#stop.reason);
    return { ...report, ...eventDestination(this.#plan.places.destination) };
  }

  async #copyInto(folder: WorkFolder): Promise<void> {
    const { bwlimit, pool, retries } = this.#plan.settings;
    const destination = openFolderHandles(folder.root);
    const settings = workerSettings(this.#plan.places, this.#plan.settings, folder, this.#runId);
    const dispatcher = new Dispatcher(new LocalHands(pool, settings, bwlimit), retries);
    const tree = this.#treeCopy(folder, destination, dispatcher);
    dispatcher.join(this.#listener(tree, folder, destination));
    this.#stop.onStop(() => void dispatcher.end());
    try {
      await this.#clean(folder, destination);
      await this.#list(tree, dispatcher, folder);
      await this.#settleAll(tree, dispatcher);
      await this.#sweep(tree, dispatcher, folder, destination);
      if (!this.#stop.isStopped && tree.hasRoot) await this.#finish(tree, dispatcher, folder, destination);
    } finally {
      await dispatcher.end();
      if (folder.standing === 'content') tree.dropLargeFiles();
      destination.close();
    }
  }

  #treeCopy(folder: WorkFolder, destination: FolderHandles, dispatcher: Dispatcher): TreeCopy {
    const { ifExists, oneFileSystem, strict, pool, digests, reflink } = this.#plan.settings;
    // A digest is of a file from its start to its end.
    const isSplitting = pool.most > 1 && !digests;
    return new TreeCopy({
      ledger: this.#ledger,
      dispatcher,
      destination,
      policy: { standing: folder.standing, trust: folder.trust, ifExists, digests },
      strict,
      replacesFolders: this.#plan.settings.delete || folder.standing === 'earlier',
      spared: {
        filters: folder.standing === 'content' ? this.#plan.filters : undefined,
        onlyOn: oneFileSystem ? stat(native(folder.root)) : undefined,
      },
      setsModes: folder.setsModes,
      largeFiles: isSplitting ? new LargeFiles(this.#runId, cloneGuess(folder.root, reflink)) : undefined,
      drop: ({ folder: path, name, part }) => {
        removeIfThere(
          destination,
          path,
          folder.standing === 'content' ? (part?.temporaryName ?? name) : name,
        );
      },
      isDiskFull: failure => this.#isStoppedAsFull(failure, folder.root),
      collisions: new NameCollisions(folder.root, this.#runId),
      quickLook: this.#isTimeTrusted(folder) ? new QuickLook(destination, folder.root) : undefined,
    });
  }

  /** Whether a file that stands there with the right size and time is not looked at any further. */
  #isTimeTrusted({ standing, trust }: WorkFolder): boolean {
    const { ifExists, digests } = this.#plan.settings;
    if (standing === 'earlier') return trust === 'time';
    return standing === 'content' && ifExists === 'update' && !digests;
  }

  #listener(tree: TreeCopy, folder: WorkFolder, destination: FolderHandles): JobListener {
    const grainNs = timeGrainNs(folder.root);
    return {
      done: (job, outcome) => tree.settle(job, outcome),
      ...(!this.#plan.settings.events.wantsFiles && {
        doneFiles: files => tree.settleFiles(files),
      }),
      failed: (job, failure) => {
        if (!this.#isStoppedAsFull(failure, folder.root)) tree.fail(job, failure);
        this.#stopIfFailed();
      },
      copied: bytes => this.#ledger.copied(bytes),
      abandoned: (batch, jobs) => {
        const place = { destination, standing: folder.standing, runId: this.#runId, timeGrainNs: grainNs };
        return removeUnfinished(place, batch, jobs);
      },
      workers: pids => this.#nameWorkers(folder, pids),
    };
  }

  /** A full disk is full for all: what could not be written is left, and told of in one line. */
  #isStoppedAsFull({ code }: Failure, root: BytePath): boolean {
    if (!DISK_FULL.has(code) || this.#stop.isClosed) return false;
    this.#stop.now(code, fullInWords(root, this.#ledger.need(), this.tally.isListed));
    return true;
  }

  #stopIfFailed(): void {
    const { firstFailure } = this.#ledger;
    if (!this.#plan.settings.failFast || firstFailure === undefined) return;
    this.#stop.now(
      firstFailure.code,
      'stopped at the first failed entry; run the same command again to resume',
    );
  }

  #nameWorkers({ claim, root }: WorkFolder, pids: readonly number[]): void {
    try {
      claim.nameWorkers(pids);
    } catch (error) {
      const failure = failureOf(error);
      if (this.#isStoppedAsFull(failure, root)) return;
      const message = `its claim on the destination cannot be written: ${failure.message}`;
      if (this.#stop.isClosed) this.#ledger.failedBeside(ROOT, { code: failure.code, message });
      else this.#stop.now(failure.code, message);
    }
  }

  async #clean({ deadRuns }: WorkFolder, destination: FolderHandles): Promise<void> {
    if (deadRuns.size === 0) return;
    const slices = new Slices();
    for (const _ of cleanTemporaries(destination, deadRuns)) if (slices.isOver) await slices.next();
  }

  async #list(tree: TreeCopy, dispatcher: Dispatcher, folder: WorkFolder): Promise<void> {
    const options = { ...listOptionsOf(this.#plan, folder.root), tally: this.tally };
    const slices = new Slices(this.#plan.settings.events);
    for (const listed of filteredEntries(this.#plan.places.sourceRoot, options)) {
      tree.take(listed);
      this.#stopIfFailed();
      while (dispatcher.isFull && !this.#stop.isStopped) await dispatcher.change();
      if (slices.isOverAfter(entriesIn(listed))) await slices.next();
      if (this.#stop.isStopped) return;
    }
    this.#ledger.listed();
    if (this.#plan.settings.spaceCheck) this.#checkSpace(folder);
  }

  #checkSpace({ root, standing }: WorkFolder): void {
    const need = this.#ledger.need();
    let shortage = findShortage(root, need, standing === 'content');
    if (shortage !== undefined && standing === 'earlier') {
      const there = measureTree(root);
      const rest = { bytes: need.bytes - there.bytes, entries: need.entries - there.entries };
      shortage = findShortage(root, rest, false);
    }
    if (shortage !== undefined) this.#stop.now('NO_SPACE', shortageInWords(shortage));
  }

  async #settleAll(tree: TreeCopy, dispatcher: Dispatcher): Promise<void> {
    while (!(tree.isDone && dispatcher.isIdle) && !this.#stop.isStopped) {
      if (dispatcher.isIdle) tree.unblock(this.#plan.places.exists);
      await dispatcher.change();
    }
  }

  /** What the source does not have goes: from a destination if asked, always from what an earlier run left. */
  async #sweep(
    tree: TreeCopy,
    dispatcher: Dispatcher,
    { standing }: WorkFolder,
    destination: FolderHandles,
  ): Promise<void> {
    const isAsked = this.#plan.settings.delete && standing === 'content' && !this.#ledger.hasFailures;
    if (this.#stop.isStopped || !(isAsked || standing === 'earlier')) return;
    const isTheirs = standing === 'content';
    const { selection, filters } = this.#plan;
    const chosen = { selection, filters, sparesExcluded: isTheirs };
    const deletions = sweep(this.#plan.places, this.#plan.settings, destination, chosen);
    if (deletions === undefined) {
      const message = 'the source is no longer the folder that was copied; nothing was deleted';
      this.#ledger.failed(ROOT, { code: 'CHANGED', message });
      return;
    }
    const slices = new Slices(this.#plan.settings.events);
    for (const deletion of deletions) {
      tree.book(deletion, isTheirs);
      if (slices.isOver) await slices.next();
      if (this.#stop.isStopped) return;
    }
    await this.#settleAll(tree, dispatcher);
  }

  /**
   * The last rename; then the root itself is finished under its last name, and the claim in it is given up. It is too
   * late to stop by now: the copy is whole, and there would be nothing to go on from.
   */
  async #finish(
    tree: TreeCopy,
    dispatcher: Dispatcher,
    folder: WorkFolder,
    destination: FolderHandles,
  ): Promise<void> {
    const { destinationRoot, exists } = this.#plan.places;
    const { fsync } = this.#plan.settings;
    this.#stop.close();
    try {
      // Opened before anything else can be put in its place.
      destination.place(ROOT);
      if (!exists) giveFinalName(this.#plan.places, fsync);
    } catch (error) {
      const { code, message } = failureOf(error);
      this.#ledger.failed(ROOT, { code, message: `the copy stays in ${readable(folder.root)}: ${message}` });
      return;
    }
    destination.moved(destinationRoot);
    folder.claim.moved(destinationRoot);
    try {
      if (!exists) removeMark(destinationRoot, fsync);
      tree.finishRoot();
      await this.#settleAll(tree, dispatcher);
      folder.claim.release();
      tree.closeRoot(destination.place(ROOT));
      if (fsync) syncFolder(destinationRoot);
    } catch (error) {
      const { code, message } = failureOf(error);
      this.#ledger.failed(ROOT, { code, message: `the copy is there, but cannot be finished: ${message}` });
    }
  }
}

const DISK_FULL = new Set(['ENOSPC', 'EDQUOT']);
