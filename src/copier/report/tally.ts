import { type BytePath, ROOT } from '../../files/byte-path.js';
import type { NotKept } from '../../protocol/messages.js';
import type { UnderWay } from './under-way.js';

/** The counts of a run, kept up to date while it goes on; folders are not among files, the root is in neither. */
export class Tally {
  readonly startedAtMs = performance.now();
  readonly found = { files: 0, folders: 0, bytes: 0 };
  readonly finished = { files: 0, folders: 0, bytes: 0 };
  /** Bytes of content that were moved, also of files still under way, and what a lost worker had of one. */
  bytes = 0;
  /** Bytes of content that stood there already. */
  passedBytes = 0;
  /** Whether content is copied or compared, so that there are bytes to count. */
  readsContent = true;
  skipped = 0;
  failed = 0;
  deleted = 0;
  /** Undefined where nothing is compared. */
  differences: number | undefined;
  readonly notKept: Partial<Record<NotKept, number>> = {};
  /** The path of the entry finished or skipped last. */
  latest: BytePath = ROOT;
  /** Gives the process ids of the workers that live. */
  workers: () => readonly number[] = () => [];
  /** Gives what the workers are at: asked by who shows it, so that it costs nothing else. */
  underWay: () => readonly UnderWay[] = () => [];
  /** Gives how much of the source has been listed, by a guess from 0 to 1. */
  listedShare: () => number = () => 1;
  /** Whether the listing has ended, so that `found` is all there is. */
  isListed = false;

  countNotKept(kinds: readonly NotKept[]): void {
    for (const kind of kinds) this.notKept[kind] = (this.notKept[kind] ?? 0) + 1;
  }

  get left(): number {
    const settled = this.finished.files + this.finished.folders + this.skipped + this.failed;
    return this.found.files + this.found.folders - settled;
  }

  get seconds(): number {
    return (performance.now() - this.startedAtMs) / 1000;
  }
}

/** What a run still has to write, at the least. */
export interface Need {
  readonly bytes: number;
  readonly entries: number;
  /** Whether that is all: the source has been listed. */
  readonly isAll: boolean;
}
