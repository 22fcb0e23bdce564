import { type BytePath, join } from '../../files/byte-path.js';
import { kindOf } from '../../files/facts.js';
import { failureOf } from '../../files/failure.js';
import { startOf } from '../../files/name-column.js';
import { type FolderHandles, standingAt } from '../../files/trees/folder-handles.js';
import { namesIn } from '../../folders/names-in.js';
import { BatchRow } from '../../protocol/batch-row.js';
import { NO_WORD } from '../../protocol/codes.js';
import {
  type Batch,
  type BatchEnd,
  type FailedOutcome,
  JOB_HOWS,
  type JobHow,
  type JobKind,
  usualBytes,
} from '../../protocol/messages.js';
import type { FolderReading, FolderRequest } from '../../protocol/readings.js';
import { heldTimes } from '../../rules/held-times.js';
import { isFirstNameAnother, lookAt, type TreePair } from '../../rules/is-up-to-date.js';
import { decideEntry, filledFolderInTheWay, type Look } from '../../rules/stands-there.js';
import type { LookedAtDestination } from '../destination/destination.js';
import type { Company, Hands, HandsEnd } from '../dispatch/hands.js';
import { isFinish } from '../dispatch/pending-job.js';
import type { DrySnapshots } from './dry-snapshots.js';

/**
 * The hands of a dry run: they look at what is there, by the rules of the workers, and report what those would do. On
 * slow storage a worker reads folders ahead, with many calls under way.
 */
export class DryHands implements Hands {
  readonly size = 1;
  readonly isWanted = false;
  readonly workers = 1;
  readonly pids: readonly number[] = [];
  readonly capacity = 1;
  readonly #source: FolderHandles;
  readonly #destination: LookedAtDestination;
  readonly #snapshots: DrySnapshots;
  readonly #newReader: () => Reader;
  /** What has several names, and would be another file than stands there. */
  readonly #renewed = new Set<BytePath>();
  #trees: TreePair | undefined;
  #reader: Reader | undefined;

  /** @param newReader makes the one that reads folders, if any has to be read ahead */
  constructor(
    source: FolderHandles,
    destination: LookedAtDestination,
    snapshots: DrySnapshots,
    newReader: () => Reader,
  ) {
    this.#source = source;
    this.#destination = destination;
    this.#snapshots = snapshots;
    this.#newReader = newReader;
  }

  grow(): void {}

  whenStarted(): void {}

  async run(batch: Batch): Promise<BatchEnd> {
    // Signals and the bar have their turn between batches.
    await new Promise<void>(resolve => setImmediate(resolve));
    const startMs = performance.now();
    const rows = batch.kinds.length;
    const hows = new Uint8Array(rows).fill(NO_WORD);
    const failed: FailedOutcome[] = [];
    const failedIn = new Set<BytePath>();
    let bytes = 0;
    const row = new BatchRow(batch);
    for (let index = 0; index < rows; index += 1) {
      row.moveTo(index);
      try {
        const how = isToBePostponed(row, failedIn) ? 'postponed' : this.#howOf(row);
        const isOther = !isFinish(row) && (how === 'streamed' || how === 'linked' || how === 'made');
        if (isOther && row.facts.nlink > 1) this.#renewed.add(join(row.folder, row.name));
        hows[index] = JOB_HOWS.codeOf(how);
        bytes += usualBytes(how, row.facts.size);
      } catch (error) {
        failed.push({ index, failure: failureOf(error) });
        failedIn.add(row.folder);
      }
    }
    const names = batch.names.bytes.subarray(0, startOf(batch.names, rows));
    const done = { from: 0, hows, names, details: new Map() };
    const tookMs = performance.now() - startMs;
    const effort = { tookMs, cpuMs: tookMs, waits: 0 };
    const rest = { batch: batch.id, worker: process.pid, done, failed, bytes, entryBytes: 0 };
    return { rest, begun: rows, effort };
  }

  read(requests: readonly FolderRequest[], company: Company): Promise<readonly FolderReading[]> {
    this.#reader ??= this.#newReader();
    if (this.#reader.workers === 0) this.#reader.grow();
    return this.#reader.read(requests, company);
  }

  findDeletions(): Promise<never> {
    throw new Error('a dry run looks for deletions by itself');
  }

  async end(): Promise<HandsEnd> {
    return (await this.#reader?.end()) ?? 'ended';
  }

  #howOf(entry: BatchRow): JobHow {
    const { handles, policy, gone } = this.#destination;
    const { kind } = entry;
    if (policy.standing === 'nothing' || isFinish({ kind })) return this.#howMade(entry, kind);
    const path = join(entry.folder, entry.name);
    const there = gone.has(path) ? undefined : standingAt(handles, path);
    const decision = decideEntry(entry, there, policy, this.#lookAt(entry));
    if (decision === 'skip' || decision === 'compare') return 'skipped';
    if (decision === 'adjust') return 'adjusted';
    if (there !== undefined && kindOf(there) === 'folder') {
      for (const _ of namesIn(handles, path)) throw filledFolderInTheWay();
    }
    const isAlone =
      policy.standing === 'content' && policy.ifExists === 'newer' && isFirstNameAnother(this.#pair(), entry);
    return this.#howMade(entry, isAlone && kindOf(entry.facts) === 'file' ? 'file' : kind);
  }

  /** A name of what would be another file is no name of it yet. */
  #lookAt(entry: BatchRow): Look {
    const look = lookAt(this.#pair(), entry);
    const { firstName } = entry;
    const isToBeLinked = firstName !== undefined && this.#renewed.has(firstName);
    return isToBeLinked ? { ...look, isUpToDate: () => false } : look;
  }

  #howMade(entry: BatchRow, kind: JobKind): JobHow {
    if (kind === 'file') return this.#snapshots.has(entry) ? 'linked' : 'streamed';
    return kind === 'link' || kind === 'hardLink' ? 'linked' : 'made';
  }

  #pair(): TreePair {
    const { root, handles } = this.#destination;
    this.#trees ??= { source: this.#source, destination: handles, heldTimes: heldTimes(root) };
    return this.#trees;
  }
}

type Reader = Pick<Hands, 'workers' | 'grow' | 'read' | 'end'>;

/** As a worker does: a folder in which something has failed in this batch is finished later, when that is settled. */
function isToBePostponed({ kind, folder, name }: BatchRow, failedIn: ReadonlySet<BytePath>): boolean {
  return kind === 'finishAfter' && failedIn.has(join(folder, name));
}
