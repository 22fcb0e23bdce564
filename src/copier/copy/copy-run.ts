import { type BytePath, ROOT } from '../../files/byte-path.js';
import { type Failure, failureOf } from '../../files/failure.js';
import type { FolderHandles } from '../../files/trees/folder-handles.js';
import type { Fleet } from '../../fleet/coordinator/open-fleet.js';
import { heldTimes } from '../../rules/held-times.js';
import { newRunId } from '../claim/run-id.js';
import { openWorkFolder, type WorkFolder } from '../claim/work-folder.js';
import { answers } from '../destination/answers.js';
import { cleanTemporaries, cleanTemporariesAt } from '../destination/clean-temporaries.js';
import { cloneGuess } from '../destination/clone-guess.js';
import { type Destination, openDestination } from '../destination/destination.js';
import { removeIfThere, removeUnfinished } from '../destination/unfinished.js';
import { Dispatcher } from '../dispatch/dispatcher.js';
import { isOfLargeFile } from '../dispatch/pending-job.js';
import type { JobListener } from '../dispatch/settlement.js';
import { Slices } from '../listing/slices.js';
import { openSideFiles } from '../records/open-side-files.js';
import type { CopyReport } from '../report/events.js';
import { Ledger } from '../report/ledger.js';
import type { SideFiles } from '../report/side-files.js';
import { Stop, type StopReason } from '../report/stop.js';
import type { Tally } from '../report/tally.js';
import type { Request } from '../request/request.js';
import { Course } from './course.js';
import { dropFailed, fleetOf, handsOf } from './fleet-of-run.js';
import { FullDisk } from './full-disk.js';
import { LargeFiles } from './large-files.js';
import { LastSteps, releaseClaim } from './last-steps.js';
import { TreeCopy } from './tree-copy.js';

/**
 * One copy from its start to its report: list → queue → pool → totals. It tells events and draws nothing.
 * @throws {RefusedError} where the destination cannot be made, or is another run's
 */
export async function runCopy(request: Request, tally: Tally): Promise<CopyReport> {
  const { settings, places } = request;
  const runId = newRunId();
  const stop = new Stop();
  stop.listenTo(settings.signal, 'stopped; run the same command again to resume');
  let ledger: Ledger;
  let destination: BytePath;
  let cutShort: StopReason | undefined;
  let fleet: Fleet | undefined;
  try {
    if (stop.isStopped) return new Ledger(tally, settings.events).notBegun(places, settings, stop.reason);
    fleet = await fleetOf(settings);
    if (stop.isStopped) return new Ledger(tally, settings.events).notBegun(places, settings, stop.reason);
    const files = await openSideFiles(settings.checksums, settings.failed, selectedIn(request));
    const endsRun = (failure: Failure) => settings.failFast && stop.atFailure(failure);
    ledger = new Ledger(tally, settings.events, files, endsRun);
    const folder = await openFor(request, runId, files, ledger);
    const run = new CopyRun(request, folder, runId, ledger, stop, fleet);
    let isFinished: boolean | undefined;
    try {
      isFinished = await run.run();
      destination = run.standsAt;
    } finally {
      if (run.canCleanUp) {
        releaseClaim(folder, ledger);
        if (isFinished !== true) folder.giveBack();
      }
      // A reader that takes nothing holds up no run that has failed or been stopped.
      const isThrough = isFinished !== undefined && !stop.isStopped;
      cutShort = await files.close(isThrough ? settings.signal : AbortSignal.abort());
    }
  } finally {
    fleet?.close();
    stop.close();
  }
  return ledger.end({ ...places, destination }, stop.reason ?? cutShort);
}

function selectedIn({ selection }: Request): (folder: BytePath) => readonly BytePath[] {
  return folder => selection?.below(folder) ?? [];
}

/** From here on the run goes ahead. @throws {RefusedError} nothing is left of it then */
async function openFor(
  request: Request,
  runId: string,
  files: SideFiles,
  ledger: Ledger,
): Promise<WorkFolder> {
  let folder: WorkFolder | undefined;
  try {
    folder = await openWorkFolder(request.places, request.settings, runId);
    ledger.start(request.places, request.settings);
    return folder;
  } catch (error) {
    folder?.undo();
    files.discard();
    throw error;
  }
}

/** A copy into a folder that is claimed for it. */
class CopyRun {
  readonly #request: Request;
  readonly #folder: WorkFolder;
  readonly #runId: string;
  readonly #ledger: Ledger;
  readonly #stop: Stop;
  readonly #fullDisk: FullDisk;
  readonly #fleet: Fleet | undefined;
  #standsAt: BytePath;
  #canCleanUp = true;
  /** What removes the half-done entries of workers that the stop has ended. */
  readonly #leftAtStop: (() => void)[] = [];

  constructor(
    request: Request,
    folder: WorkFolder,
    runId: string,
    ledger: Ledger,
    stop: Stop,
    fleet: Fleet | undefined,
  ) {
    this.#request = request;
    this.#folder = folder;
    this.#runId = runId;
    this.#ledger = ledger;
    this.#stop = stop;
    this.#fleet = fleet;
    this.#fullDisk = new FullDisk(request, folder, ledger, stop);
    this.#standsAt = folder.standing === 'content' ? request.places.destination : folder.root;
  }

  /** Where the copy is, as far as it has come. */
  get standsAt(): BytePath {
    return this.#standsAt;
  }

  /** Whether storage answers: else all is left as it is, for the next run. */
  get canCleanUp(): boolean {
    return this.#canCleanUp;
  }

  /** @returns whether the root has its own mode now */
  async run(): Promise<boolean> {
    const { settings, snapshots } = this.#request;
    const { retries, spaceCheck } = settings;
    const hands = await handsOf(this.#request, this.#folder, this.#runId, this.#ledger, this.#fleet);
    const destination = openDestination(this.#request, this.#folder, this.#runId);
    const dispatcher = new Dispatcher(hands, retries, destination.speed);
    dispatcher.showIn(this.#ledger.tally);
    const tree = this.#treeCopy(destination, dispatcher);
    dispatcher.join(this.#listener(tree, destination.handles));
    this.#stop.onStop(() => {
      void dispatcher.end();
      settings.events.stopped();
    });
    const [request, ledger, stop] = [this.#request, this.#ledger, this.#stop];
    const course = new Course({ request, ledger, stop, dispatcher, destination, tree });
    try {
      await this.#clean(destination.handles);
      await course.list();
      // What becomes a link to a snapshot needs no space.
      const checksSpace = spaceCheck && snapshots.length === 0 && !stop.isStopped;
      const isSlow = destination.speed?.isSlow === true;
      if (checksSpace && (!isSlow || (await answers(this.#folder.root)))) this.#fullDisk.check();
      await course.settle();
      await course.sweep();
      if (this.#fleet !== undefined) await course.sweepLost(this.#fleet.lost, this.#runId);
      if (stop.isStopped || !tree.hasRoot) return false;
      const last = new LastSteps(this.#request, this.#folder, this.#runId, ledger);
      // It is too late to stop by now: the copy is whole, and there would be nothing to go on from.
      stop.close();
      if (!last.giveName(destination.handles)) return false;
      this.#standsAt = this.#request.places.destination;
      return await last.finishRoot(course, tree, destination.handles);
    } finally {
      const end = await dispatcher.end();
      this.#canCleanUp = end === 'ended' && (!this.#mayHang() || (await answers(this.#folder.root)));
      if (this.#canCleanUp) {
        for (const remove of this.#leftAtStop) remove();
        if (this.#growsAside) tree.dropLargeFiles();
        destination.handles.close();
        destination.backup?.close();
      }
    }
  }

  /** Whether large files, and others now and then, have a temporary name until they are whole. */
  get #growsAside(): boolean {
    return this.#folder.standing === 'content' || this.#fleet !== undefined;
  }

  /** Whether storage has to be asked first. Where no worker could be started, no thread could be made to ask it either. */
  #mayHang(): boolean {
    return this.#stop.isStopped && this.#stop.reason?.code !== 'WORKER_LOST';
  }

  #treeCopy(destination: Destination, dispatcher: Dispatcher): TreeCopy {
    const { root, standing } = this.#folder;
    const { strict, pool, digests, reflink, delete: deletes } = this.#request.settings;
    // A digest is of a file from its start to its end.
    const isSplitting = (pool.most > 1 || this.#fleet !== undefined) && !digests;
    return new TreeCopy({
      ledger: this.#ledger,
      dispatcher,
      destination,
      strict,
      replacesFolders: deletes || standing === 'earlier',
      largeFiles: isSplitting ? new LargeFiles(this.#runId, cloneGuess(root, reflink)) : undefined,
      drop: ({ folder, name, part }) => {
        const grewAs = this.#growsAside ? part?.temporaryName : undefined;
        removeIfThere(destination.handles, folder, grewAs ?? name);
      },
      dropFailed:
        this.#fleet === undefined || standing === 'content' ? undefined : dropFailed(destination.handles),
      mayFitAlone: failure => this.#fullDisk.mayFitAlone(failure),
      isDiskFull: failure => this.#fullDisk.stops(failure),
    });
  }

  #listener(tree: TreeCopy, destination: FolderHandles): JobListener {
    const { root, standing } = this.#folder;
    const place = { destination, standing, runId: this.#runId, heldTimes: heldTimes(root) };
    return {
      done: (job, outcome) => tree.settle(job, outcome),
      ...(!this.#ledger.tellsOfEach && { doneFiles: files => tree.settleFiles(files) }),
      failed: (job, failure) => {
        const isTriedWhole = isOfLargeFile(job) && this.#fullDisk.mayFitAlone(failure);
        // What else is removed makes room.
        const goesOn = isTriedWhole || job.kind === 'remove';
        if (goesOn || !this.#fullDisk.stops(failure)) tree.fail(job, failure);
      },
      mayFitAlone: (failure, isAlone) =>
        this.#fullDisk.mayFitAlone(failure) && (!isAlone || tree.hasLargeUnderWay),
      copied: bytes => this.#ledger.copied(bytes),
      abandoned: (batch, jobs) => {
        if (!this.#stop.isStopped) return removeUnfinished(place, batch, jobs);
        this.#leftAtStop.push(() => removeUnfinished(place, batch, jobs));
        return undefined;
      },
      lostElsewhere: jobs => this.#fleet?.lost.add(jobs),
      workers: pids => this.#nameWorkers(pids),
      workerless: reason => this.#stop.withoutWorkers(reason),
    };
  }

  #nameWorkers(pids: readonly number[]): void {
    try {
      this.#folder.claim.nameWorkers(pids);
    } catch (error) {
      const failure = failureOf(error);
      if (this.#fullDisk.stops(failure)) return;
      const message = `its claim on the destination cannot be written: ${failure.message}`;
      if (this.#stop.isClosed) this.#ledger.failedBeside(ROOT, { code: failure.code, message });
      else this.#stop.now(failure.code, message);
    }
  }

  async #clean(destination: FolderHandles): Promise<void> {
    const { deadRuns } = this.#folder;
    if (deadRuns.size === 0) return;
    const slices = new Slices();
    await slices.through(cleanTemporaries(destination, deadRuns), this.#stop);
    const { backup } = this.#request;
    if (backup !== undefined) await slices.through(cleanTemporariesAt(backup.root, deadRuns), this.#stop);
  }
}
