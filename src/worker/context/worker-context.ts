import { type BytePath, native, ROOT } from '../../files/byte-path.js';
import type { Facts } from '../../files/facts.js';
import { CLAIM_NAME } from '../../files/reserved-names.js';
import { entryCalls } from '../../files/system/choose-calls.js';
import { type Lane, openLane } from '../../files/system/libc-lane.js';
import { platformCalls } from '../../files/system/platform-calls.js';
import { stat } from '../../files/system/stat.js';
import { type FolderHandles, openFolderHandles } from '../../files/trees/folder-handles.js';
import { SnapshotFolders } from '../../files/trees/snapshot-folders.js';
import { BackupFolder } from '../../folders/backup-folder.js';
import type { Queue } from '../../multiprocessing/index.js';
import type { BatchRow } from '../../protocol/batch-row.js';
import { BeatReader } from '../../protocol/beat.js';
import type { NotKept, WorkerReport, WorkerSettings } from '../../protocol/messages.js';
import { knowsAttributes } from '../../rules/attributes/kept-attributes.js';
import { type HeldTimes, heldTimes } from '../../rules/held-times.js';
import type { Exclusions } from '../../rules/path-patterns.js';
import { Chunks } from '../content/chunks.js';
import { Clones } from '../content/clones.js';
import type { Digest } from '../content/digest.js';
import type { Pace } from '../content/pace.js';
import { ToldHoles } from '../content/told-holes.js';
import { UntouchedFiles } from '../content/untouched-files.js';
import { type DestinationTraits, readTraits } from '../metadata/destination-traits.js';
import { Owners } from '../metadata/owner.js';
import { DescriptorTurns } from './descriptor-turns.js';
import { HeldFolders } from './held-folders.js';
import { HeldSnapshot } from './held-snapshot.js';
import { LastTraits } from './last-traits.js';
import { Looks } from './looks.js';
import { Reporter } from './reporter.js';
import { Stopped } from './stopped.js';
import { UnsyncedFolders } from './unsynced-folders.js';
import { WaitGauge } from './wait-gauge.js';
import { ProbeClock } from './wait-probe.js';

/** What one copy worker has at hand for all its batches. */
export class WorkerContext implements Pace {
  readonly source: FolderHandles;
  readonly destination: FolderHandles;
  readonly calls = entryCalls();
  #heldTimes: HeldTimes | undefined;
  #sourceRoot: Facts | undefined;
  /** What a run leaves out, once it has been asked for. */
  filters: Exclusions | undefined;
  #mayHaveAttributes: readonly [source: boolean, destination: boolean] | undefined;
  readonly chunks: Chunks;
  #otherChunks: Chunks | undefined;
  readonly #lanes: Lane[] = [];
  /** For work on several entries at a time. */
  readonly heldSource: HeldFolders;
  readonly heldDestination: HeldFolders;
  readonly clones = new Clones();
  readonly holes = new ToldHoles();
  readonly untouched = new UntouchedFiles();
  readonly reporter: Reporter;
  readonly turns = new DescriptorTurns();
  readonly probeClock = new ProbeClock();
  readonly sourceLooks = new Looks();
  readonly destinationLooks = new Looks();
  /** Of folders that were opened to read their names. */
  readonly folderCloses = new WaitGauge();
  readonly #unsynced: UnsyncedFolders;
  readonly #budget: Queue<number> | undefined;
  readonly #stop: AbortSignal;
  readonly #beat: BeatReader | undefined;
  #paidBytes = 0;
  #owners: Owners | undefined;
  readonly #traits = new LastTraits(folder =>
    readTraits(this.destination.at(folder).slice(0, -1), this.owners),
  );
  /** Keeps what is replaced, if that is asked. */
  readonly backup: BackupFolder | undefined;
  /** In which the same entry may be found, to be linked to; the first that has it counts. */
  readonly snapshots: readonly SnapshotFolders[];
  readonly heldSnapshots: readonly HeldSnapshot[];

  constructor(
    readonly settings: WorkerSettings,
    reports: Queue<WorkerReport>,
    budget: Queue<number> | undefined,
    stop: AbortSignal,
    /** Loaded only where digests are taken. */
    readonly digests: typeof import('../content/digest.js') | undefined,
  ) {
    this.source = openFolderHandles(settings.source, { followLinks: settings.dereference });
    this.destination = openFolderHandles(settings.destination);
    const followLinks = settings.dereference;
    this.heldSource = new HeldFolders({ handles: this.source, root: settings.source, followLinks });
    const root = settings.destination;
    this.heldDestination = new HeldFolders({ handles: this.destination, root, followLinks: false });
    this.backup = backupOf(settings, this.destination);
    this.snapshots = settings.snapshots.map(root => new SnapshotFolders(root));
    this.heldSnapshots = this.snapshots.map(snapshot => new HeldSnapshot(snapshot));
    this.chunks = new Chunks(settings.chunkSize, budget !== undefined);
    this.#unsynced = new UnsyncedFolders(this.destination, this.heldDestination);
    this.reporter = new Reporter(reports, settings, stop, this.#unsynced);
    this.#budget = budget;
    this.#stop = stop;
    const beatFile = settings.fleet?.beatFile;
    this.#beat = beatFile === undefined ? undefined : new BeatReader(beatFile);
    const { standing, looks, digests: wantsDigests, fsync } = settings;
    // What is found of an earlier run where it was looked for is not among what is to be copied.
    const isMostlyFree = standing === 'nothing' || (standing === 'earlier' && looks !== 'none');
    this.mayGoSideBySide = budget === undefined;
    this.mayTakeShortWay = budget === undefined && !wantsDigests && isMostlyFree && !fsync;
  }

  /** Whether several small files may be under way at a time: there is no ceiling to wait for. */
  readonly mayGoSideBySide: boolean;
  /** Whether a small file is only to be copied: nothing to sync either, and probably nothing in its place. */
  readonly mayTakeShortWay: boolean;

  pay(bytes: number): Promise<void> | undefined {
    return this.#budget === undefined ? undefined : this.#payFrom(this.#budget, bytes);
  }

  async #payFrom(budget: Queue<number>, bytes: number): Promise<void> {
    while (this.#paidBytes < bytes)
      this.#paidBytes += await this.reporter.atCeiling(this.#unlessStopped(budget.get()));
    this.#paidBytes -= bytes;
  }

  async #unlessStopped<T>(wait: Promise<T>): Promise<T> {
    this.#stop.throwIfAborted();
    return await new Promise<T>((resolve, reject) => {
      const onStop = () => reject(this.#stop.reason);
      this.#stop.addEventListener('abort', onStop, { once: true });
      wait.then(resolve, reject).finally(() => this.#stop.removeEventListener('abort', onStop));
    });
  }

  copied(bytes: number): void {
    this.reporter.copiedBytes(bytes);
  }

  breathe(): Promise<void> | undefined {
    return this.reporter.breathe();
  }

  /** To be awaited now and then in long work beside a batch: rejects once the run has stopped. */
  async letSignalsIn(): Promise<void> {
    if (process.ppid !== this.settings.parentPid) process.exit(1);
    await new Promise<void>(resolve => setImmediate(resolve));
    this.#stop.throwIfAborted();
  }

  /** Something in this folder was changed that has to be on the disk before it is reported. */
  touched(folder: BytePath): void {
    if (this.settings.fsync) this.#unsynced.add(folder);
  }

  isSynced(folder: BytePath): void {
    this.#unsynced.isSynced(folder);
  }

  /** Makes a last change to a folder, which is on the disk then, if asked. @returns what could not be kept */
  finish(folder: BytePath, change: () => readonly NotKept[]): readonly NotKept[] {
    if (!this.settings.fsync) return change();
    let notKept: readonly NotKept[] = [];
    const isSynced = this.#unsynced.syncAfter(folder, () => {
      notKept = change();
    });
    return isSynced ? notKept : [...notKept, 'sync'];
  }

  /**
   * Asked before anything is created or renamed.
   * @throws {Stopped} where others may have this machine's work by now
   */
  mayMake(): void {
    if (this.#beat?.isFresh() === false) throw new Stopped('its machine may not be part of the run any more');
  }

  /** The root has its last name now. Where the claim has left the open one, it was made anew under that name. */
  rootMoved(): void {
    this.destination.moved(this.settings.finalDestination);
    const claim = this.calls.factsIn(this.destination.place(ROOT), CLAIM_NAME);
    if (claim === undefined) this.destination.close();
  }

  /** So that others can be opened; they are opened again when they are needed. */
  closeFolders(): void {
    this.source.close();
    this.destination.close();
    for (const snapshot of this.snapshots) snapshot.close();
    this.backup?.close();
  }

  /** @returns undefined where the run wants no digests */
  newDigest(): Digest | undefined {
    return this.digests !== undefined && this.settings.digests ? new this.digests.Digest() : undefined;
  }

  /** Whether a file could be a clone, as far as is known yet. */
  mayBeCloned({ facts, folder }: BatchRow): boolean {
    return this.settings.reflink !== 'never' && !this.clones.isImpossible(facts, this.traits(folder).folder);
  }

  /** What the destination's folder hands down to new entries. */
  traits(folder: BytePath): DestinationTraits {
    // All folders of a copy's own making are like its root.
    return this.#traits.of(this.settings.standing === 'content' ? folder : ROOT);
  }

  get owners(): Owners {
    this.#owners ??= new Owners(this.calls, this.destination.place(ROOT));
    return this.#owners;
  }

  /** Where so many files are to be under way at a time, one for each; none where that cannot be. */
  lanes(count: number): readonly Lane[] {
    while (this.#lanes.length < count) {
      const lane = openLane(this.settings.chunkSize);
      if (lane === undefined) break;
      this.#lanes.push(lane);
    }
    return this.#lanes.slice(0, count);
  }

  /** Of the root of the source. */
  get sourceRoot(): Facts {
    this.#sourceRoot ??= stat(native(this.settings.source));
    return this.#sourceRoot;
  }

  /** Whether entries of the source, and of the destination, may have attributes, as their roots tell. */
  get mayHaveAttributes(): readonly [source: boolean, destination: boolean] {
    this.#mayHaveAttributes ??= [this.#knowsAttributes(this.source), this.#knowsAttributes(this.destination)];
    return this.#mayHaveAttributes;
  }

  #knowsAttributes(tree: FolderHandles): boolean {
    const calls = platformCalls();
    return calls !== undefined && knowsAttributes(calls, tree.at(ROOT).slice(0, -1));
  }

  /** What the destination can hold of a time. */
  get heldTimes(): HeldTimes {
    this.#heldTimes ??= heldTimes(this.settings.destination);
    return this.#heldTimes;
  }

  get otherChunks(): Chunks {
    this.#otherChunks ??= new Chunks(this.settings.chunkSize, this.#budget !== undefined);
    return this.#otherChunks;
  }
}

function backupOf(
  { backup: root, standing, runId, fsync }: WorkerSettings,
  destination: FolderHandles,
): BackupFolder | undefined {
  const isKept = root !== undefined && standing === 'content';
  return isKept ? new BackupFolder(destination, { root, runId, fsync }) : undefined;
}
