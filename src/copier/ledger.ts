import { type BytePath, ROOT } from '../common/byte-path.js';
import type { Failure } from '../common/failure.js';
import type { How, NotKept } from '../common/messages.js';
import { type CopyEvent, type EndEvent, eventPath } from './events.js';
import { Tally } from './tally.js';

/** Keeps the books of a run: every entry is found once and settled once, and told of when it is. */
export class Ledger {
  readonly tally = new Tally();
  readonly #emit: (event: CopyEvent) => void;
  /** Whether something failed that is no entry of the source's: the root, a deletion. */
  #failedBeside = false;

  constructor(emit: (event: CopyEvent) => void) {
    this.#emit = emit;
  }

  get hasFailures(): boolean {
    return this.tally.failed > 0 || this.#failedBeside;
  }

  found(isFolder: boolean, bytes: bigint): void {
    if (isFolder) this.tally.found.folders += 1;
    else this.tally.found.files += 1;
    this.tally.found.bytes += Number(bytes);
  }

  listed(): void {
    this.tally.isListed = true;
    this.#emit({ type: 'listed', ...this.tally.found });
  }

  copied(bytes: number): void {
    this.tally.bytes += bytes;
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
    if (how === 'skipped') this.tally.skipped += 1;
    else if (isFolder) this.tally.finished.folders += 1;
    else this.tally.finished.files += 1;
    this.#emit({ type: 'file', ...eventPath(path), bytes, how });
  }

  failed(path: BytePath, failure: Failure, attempts = 1): void {
    if (path === ROOT) this.#failedBeside = true;
    else this.tally.failed += 1;
    this.#emit({ type: 'error', ...eventPath(path), ...failure, attempts });
  }

  /** What is no entry of the source's, or has been counted as finished: told of, not counted. */
  failedBeside(path: BytePath, failure: Failure): void {
    this.#failedBeside = true;
    this.#emit({ type: 'error', ...eventPath(path), ...failure, attempts: 1 });
  }

  deleted(path: BytePath): void {
    this.tally.deleted += 1;
    this.#emit({ type: 'deleted', ...eventPath(path) });
  }

  end(): EndEvent {
    const { finished, bytes, skipped, failed, left, deleted, notKept, seconds } = this.tally;
    const status = this.hasFailures || left > 0 ? 1 : 0;
    const end = {
      status,
      ...finished,
      bytes,
      skipped,
      failed,
      left,
      deleted,
      notKept: { ...notKept },
      seconds,
    };
    const event = { type: 'end', ...end } as const;
    this.#emit(event);
    return event;
  }
}
