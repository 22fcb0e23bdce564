import { type BytePath, join, ROOT } from '../../files/byte-path.js';
import { allocatedBytes, type Facts } from '../../files/facts.js';
import type { Failure } from '../../files/failure.js';
import type { FileRun } from '../../files/file-run.js';
import type { How, NotKept } from '../../protocol/messages.js';
import type { EventSink } from './event-sink.js';
import { type EndEvent, eventPath } from './events.js';
import type { SideFiles } from './side-files.js';
import { exitStatus, type StopReason } from './stop.js';
import { Tally } from './tally.js';

/** What a run still has to write, at the least. */
export interface Need {
  readonly bytes: number;
  readonly entries: number;
}

/** Keeps the books of a run: every entry is found once and settled once, and told of when it is. */
export class Ledger {
  readonly tally = new Tally();
  readonly #events: EventSink;
  readonly #files: SideFiles;
  /** Whether something failed that is no entry of the source's: the root, a deletion. */
  #failedBeside = false;
  #firstFailure: Failure | undefined;
  #plannedBytes = 0;

  constructor(events: EventSink, files: SideFiles) {
    this.#events = events;
    this.#files = files;
  }

  get firstFailure(): Failure | undefined {
    return this.#firstFailure;
  }

  get hasFailures(): boolean {
    return this.tally.failed > 0 || this.#failedBeside;
  }

  /** Whether somebody looks at every entry. */
  get tellsOfEach(): boolean {
    return this.#events.wantsFiles;
  }

  found(isFolder: boolean, bytes: number): void {
    if (isFolder) this.tally.found.folders += 1;
    else this.tally.found.files += 1;
    this.tally.found.bytes += bytes;
  }

  /** Files that are all to be copied. */
  foundRun(run: FileRun): void {
    this.tally.found.files += run.length;
    this.tally.found.bytes += run.bytes;
    this.#plannedBytes += run.allocatedBytes;
  }

  /** Content that has to be copied, holes not counted. */
  planned(facts: Facts): void {
    this.#plannedBytes += allocatedBytes(facts);
  }

  /** What is still to be written, at the least. */
  need(): Need {
    const { bytes, passedBytes, left } = this.tally;
    return { bytes: Math.max(this.#plannedBytes - bytes - passedBytes, 0), entries: left };
  }

  listed(): void {
    this.tally.isListed = true;
    const { files, folders, bytes } = this.tally.found;
    this.#events.tell({ type: 'listed', files, folders, bytes });
  }

  copied(bytes: number): void {
    this.tally.bytes += bytes;
  }

  /** Content that did not have to be copied, as it stands there already. */
  passed(bytes: number): void {
    this.tally.passedBytes += bytes;
  }

  digest(path: BytePath, digest: string): void {
    this.#files.digest(path, digest);
  }

  settled(
    path: BytePath,
    isFolder: boolean,
    how: How,
    bytes: number,
    notKept: readonly NotKept[] = [],
  ): void {
    this.tally.lost(notKept);
    // The root is no entry: it is counted nowhere and told of only where it failed.
    if (path === ROOT) return;
    this.tally.latest = path;
    if (how === 'skipped') this.tally.skipped += 1;
    else if (isFolder) this.tally.finished.folders += 1;
    else this.tally.finished.files += 1;
    this.tally.finished.bytes += bytes;
    // Most runs have nobody who looks at every file: an event is not even made then.
    if (!this.#events.wantsFiles && notKept.length === 0) return;
    this.#events.tell({
      type: 'file',
      ...eventPath(path),
      bytes,
      how,
      ...(notKept.length > 0 && { notKept }),
    });
  }

  /** Files that are there already, of those in a run: only where nobody is told of each. */
  skippedFiles(folder: BytePath, run: FileRun, from: number, end: number): void {
    this.tally.skipped += end - from;
    for (let row = from; row < end; row += 1) this.tally.passedBytes += run.facts.sizeAt(row);
    this.tally.latest = join(folder, run.names.at(end - 1));
  }

  /** Files that came in whole, the last of them at `path`; only where nobody is told of each. */
  streamed(count: number, bytes: number, path: BytePath): void {
    this.tally.finished.files += count;
    this.tally.finished.bytes += bytes;
    this.tally.latest = path;
  }

  failed(path: BytePath, failure: Failure, attempts = 1): void {
    if (path === ROOT) this.#failedBeside = true;
    else this.tally.failed += 1;
    this.#firstFailure ??= failure;
    this.#files.failed(path);
    this.#events.tell({ type: 'error', ...eventPath(path), ...failure, attempts });
  }

  /** What is no entry of the source's, or has been counted as finished: told of, not counted. */
  failedBeside(path: BytePath, failure: Failure): void {
    this.#failedBeside = true;
    this.#firstFailure ??= failure;
    this.#events.tell({ type: 'error', ...eventPath(path), ...failure, attempts: 1 });
  }

  deleted(path: BytePath): void {
    this.tally.deleted += 1;
    this.#events.tell({ type: 'deleted', ...eventPath(path) });
  }

  /** @param reason why the run was stopped, if it was */
  end(reason: StopReason | undefined): EndEvent {
    const { finished, skipped, failed, left, deleted, notKept, seconds } = this.tally;
    const status = exitStatus(reason, !this.hasFailures);
    const counts = { ...finished, skipped, failed, left, deleted, notKept: { ...notKept }, seconds };
    const event = { type: 'end', status, ...counts, ...reason } as const;
    this.#events.tell(event);
    return event;
  }
}
