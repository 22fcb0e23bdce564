import { type BytePath, join, ROOT } from '../../files/byte-path.js';
import { allocatedBytes, type Facts } from '../../files/facts.js';
import type { Failure } from '../../files/failure.js';
import type { FileRun } from '../../files/file-run.js';
import type { Difference } from '../../protocol/differences.js';
import type { How, NotKept } from '../../protocol/messages.js';
import { version } from '../../version.js';
import { differenceEvent } from './difference-event.js';
import type { EventSink } from './event-sink.js';
import {
  type CopyReport,
  type Ends,
  type ErrorEvent,
  eventDestination,
  eventPath,
  eventPlaces,
  type MemberEvent,
} from './events.js';
import { noSideFiles, type SideFiles } from './side-files.js';
import { exitStatus, type StopReason } from './stop.js';
import type { Need, Tally } from './tally.js';

/** Keeps the books of a run: every entry is found once and settled once, and is then an event. */
export class Ledger {
  readonly tally: Tally;
  readonly #events: EventSink;
  readonly #files: SideFiles;
  readonly #endsRun: (failure: Failure) => boolean;
  #isOver = false;
  /** Whether something failed that is no entry of the source's: the root, a deletion. */
  #failedBeside = false;
  #bytesToWrite = 0;

  /** @param endsRun called after the event of each failure: whether the run ends with it */
  constructor(
    tally: Tally,
    events: EventSink,
    files: SideFiles = noSideFiles,
    endsRun: (failure: Failure) => boolean = () => false,
  ) {
    this.tally = tally;
    this.#events = events;
    this.#files = files;
    this.#endsRun = endsRun;
    files.onLost(failure => this.#lost(failure));
    events.onLogLost(failure => this.#lost(failure));
  }

  get hasFailures(): boolean {
    return this.tally.failed > 0 || this.#failedBeside;
  }

  /** Whether somebody looks at every entry. */
  get tellsOfEach(): boolean {
    return this.#events.wantsFiles;
  }

  start({ source, destination }: Ends, { pool, chunkSize }: Means): void {
    this.#files.start();
    const places = eventPlaces({ source, destination });
    this.#events.tell({ type: 'start', version, ...places, workers: pool.most, chunkSize });
  }

  /** What is told so far goes into the files beside the copy: one that cannot be written is a failure from here on. */
  async flush(): Promise<void> {
    for (const behind of this.#files.flush()) this.#events.waitFor(behind);
    this.#events.flushLog();
    await this.#events.drained();
  }

  foundFolder(): void {
    this.tally.found.folders += 1;
  }

  /** Anything but a folder. @param bytes of content */
  foundFile(bytes: number): void {
    this.tally.found.files += 1;
    this.tally.found.bytes += bytes;
  }

  /** Files that are all to be copied. */
  foundRun(run: FileRun): void {
    this.tally.found.files += run.length;
    this.tally.found.bytes += run.bytes;
    this.#bytesToWrite += run.allocatedBytes;
  }

  /** Content that has to be copied, holes not counted. */
  toWrite(facts: Facts): void {
    this.#bytesToWrite += allocatedBytes(facts);
  }

  /** What is still to be written, at the least. */
  need(): Need {
    const { bytes, passedBytes, left, isListed } = this.tally;
    return { bytes: Math.max(this.#bytesToWrite - bytes - passedBytes, 0), entries: left, isAll: isListed };
  }

  member(event: MemberEvent): void {
    if (!this.#isOver) this.#events.tell(event);
  }

  listed(): void {
    this.tally.isListed = true;
    const { files, folders, bytes } = this.tally.found;
    this.#events.tell({ type: 'listed', files, folders, bytes });
  }

  copied(bytes: number): void {
    this.tally.bytes += bytes;
  }

  /** Content that did not have to be copied, as it is there already. */
  passed(bytes: number): void {
    this.tally.passedBytes += bytes;
  }

  digest(path: BytePath, digest: string): void {
    this.#events.waitFor(this.#files.digest(path, digest));
  }

  settledFolder(path: BytePath, how: How, notKept: readonly NotKept[] = []): void {
    this.tally.countNotKept(notKept);
    // The root is not an entry: it is counted nowhere, and is an event only if it failed.
    if (path === ROOT) return;
    if (how === 'skipped') this.tally.skipped += 1;
    else this.tally.finished.folders += 1;
    this.#settled(path, how, 0, notKept);
  }

  /** Anything but a folder. @param bytes of content that were copied */
  settledFile(path: BytePath, how: How, bytes: number, notKept: readonly NotKept[] = []): void {
    this.tally.countNotKept(notKept);
    if (how === 'skipped') this.tally.skipped += 1;
    else this.tally.finished.files += 1;
    this.tally.finished.bytes += bytes;
    this.#settled(path, how, bytes, notKept);
  }

  #settled(path: BytePath, how: How, bytes: number, notKept: readonly NotKept[]): void {
    this.tally.latest = path;
    // Most runs have nobody who looks at every file: an event is not even made then.
    if (!this.#events.wantsFiles && notKept.length === 0) return;
    const lacks = notKept.length > 0 && { notKept };
    this.#events.tell({ type: 'file', ...eventPath(path), bytes, how, ...lacks });
  }

  comparedFolder(path: BytePath): void {
    if (path === ROOT) return;
    this.tally.finished.folders += 1;
    this.tally.latest = path;
  }

  /** Anything but a folder. @param bytes of content that were compared */
  comparedFile(path: BytePath, bytes: number): void {
    this.tally.finished.files += 1;
    this.tally.finished.bytes += bytes;
    this.tally.latest = path;
  }

  /** What a comparison passes over. */
  passedOver(path: BytePath): void {
    this.tally.skipped += 1;
    this.tally.latest = path;
  }

  difference(path: BytePath, difference: Difference): void {
    this.tally.differences = (this.tally.differences ?? 0) + 1;
    this.#events.tell(differenceEvent(path, difference));
  }

  /** Files that were listed together and are there already, where nobody wants an event for each. */
  skippedFiles(folder: BytePath, run: FileRun, from: number, end: number): void {
    this.tally.skipped += end - from;
    for (let row = from; row < end; row += 1) this.tally.passedBytes += run.facts.at(row).size;
    this.tally.latest = join(folder, run.names.at(end - 1));
  }

  /** Files that came in whole, the last of them at `path`, where nobody wants an event for each. */
  streamed(count: number, bytes: number, path: BytePath): void {
    this.tally.finished.files += count;
    this.tally.finished.bytes += bytes;
    this.tally.latest = path;
  }

  /** An entry, or the root. */
  failed(path: BytePath, failure: Failure, attempts = 1): void {
    // What fails behind the end is left for the next run.
    if (this.#isOver) return;
    if (path === ROOT) this.#failedBeside = true;
    else this.tally.failed += 1;
    this.#events.waitFor(this.#files.failed(path));
    this.#tellFailure(path, failure, attempts);
  }

  /** What is not an entry of the source, or has been counted as finished: an event that is not counted. */
  failedBeside(path: BytePath, failure: Failure): void {
    if (this.#isOver) return;
    this.#failedBeside = true;
    this.#tellFailure(path, failure, 1);
  }

  /** A file beside the copy: no entry, after which `--fail-fast` would stop. */
  #lost(failure: Failure): void {
    if (this.#isOver) return;
    this.#failedBeside = true;
    this.#events.tell({ type: 'error', ...eventPath(ROOT), ...failure, attempts: 1 });
  }

  /** An entry of the destination that should have gone. */
  failedDeletion(path: BytePath, failure: Failure): void {
    if (this.#isOver) return;
    this.#failedBeside = true;
    this.#tellFailure(path, failure, 1, { side: 'destination' });
  }

  #tellFailure(
    path: BytePath,
    failure: Failure,
    attempts: number,
    side: Partial<Pick<ErrorEvent, 'side'>> = {},
  ): void {
    this.#events.tell({ type: 'error', ...eventPath(path), ...side, ...failure, attempts });
    this.#isOver = this.#endsRun(failure);
  }

  deleted(path: BytePath): void {
    this.tally.deleted += 1;
    this.#events.tell({ type: 'deleted', ...eventPath(path) });
  }

  /** Of a run that is stopped before it has begun: nothing is listed or written. */
  notBegun(ends: Ends, means: Means, reason: StopReason | undefined): CopyReport {
    this.start(ends, means);
    return this.end(ends, reason);
  }

  /** @param reason why the run was stopped, if it was */
  end({ destination }: Ends, reason: StopReason | undefined): CopyReport {
    const { finished, skipped, failed, left, deleted, differences, notKept, seconds } = this.tally;
    const { type: _, ...report } = this.#events.end(() => ({
      type: 'end',
      status: exitStatus(reason, !this.hasFailures && !differences),
      ...finished,
      ...{ skipped, failed, left, deleted, notKept: { ...notKept } },
      ...(differences !== undefined && { differences }),
      seconds,
      ...reason,
    }));
    // Nothing is told behind the end.
    this.#isOver = true;
    return { ...report, ...eventDestination(destination) };
  }
}

/** What it has to work with. */
interface Means {
  readonly pool: { readonly most: number };
  readonly chunkSize: number;
}
