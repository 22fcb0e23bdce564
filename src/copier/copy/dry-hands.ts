import { type BytePath, join } from '../../files/byte-path.js';
import { kindOf } from '../../files/facts.js';
import { failureOf } from '../../files/failure.js';
import { startOf } from '../../files/name-column.js';
import { type FolderHandles, standingAt } from '../../files/trees/folder-handles.js';
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
import { heldTimes } from '../../rules/held-times.js';
import { isFirstNameAnother, lookAt, type TreePair } from '../../rules/is-up-to-date.js';
import { decideEntry, filledFolderInTheWay } from '../../rules/stands-there.js';
import type { LookedAtDestination } from '../destination/destination.js';
import { namesIn } from '../destination/names-in.js';
import type { Hands, HandsEnd } from '../dispatch/hands.js';
import { isFinish } from '../dispatch/pending-job.js';
import type { DrySnapshots } from './dry-snapshots.js';

/** The hands of a dry run: they look at what is there, by the rules of the workers, and report what those would do. */
export class DryHands implements Hands {
  readonly size = 1;
  readonly isWanted = false;
  readonly workers = 1;
  readonly pids: readonly number[] = [];
  readonly capacity = 1;
  readonly #source: FolderHandles;
  readonly #destination: LookedAtDestination;
  readonly #snapshots: DrySnapshots;
  #trees: TreePair | undefined;

  constructor(source: FolderHandles, destination: LookedAtDestination, snapshots: DrySnapshots) {
    this.#source = source;
    this.#destination = destination;
    this.#snapshots = snapshots;
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

  read(): Promise<never> {
    throw new Error('a dry run reads the source by itself');
  }

  async end(): Promise<HandsEnd> {
    return 'ended';
  }

  #howOf(entry: BatchRow): JobHow {
    const { handles, policy, gone } = this.#destination;
    const { kind } = entry;
    if (policy.standing === 'nothing' || isFinish({ kind })) return this.#howMade(entry, kind);
    const path = join(entry.folder, entry.name);
    const there = gone.has(path) ? undefined : standingAt(handles, path);
    const decision = decideEntry(entry, there, policy, lookAt(this.#pair(), entry));
    if (decision === 'skip' || decision === 'compare') return 'skipped';
    if (decision === 'adjust') return 'adjusted';
    if (there !== undefined && kindOf(there) === 'folder') {
      for (const _ of namesIn(handles, path)) throw filledFolderInTheWay();
    }
    const isAlone =
      policy.standing === 'content' && policy.ifExists === 'newer' && isFirstNameAnother(this.#pair(), entry);
    return this.#howMade(entry, isAlone && kindOf(entry.facts) === 'file' ? 'file' : kind);
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

/** As a worker does: a folder in which something has failed in this batch is finished later, when that is settled. */
function isToBePostponed({ kind, folder, name }: BatchRow, failedIn: ReadonlySet<BytePath>): boolean {
  return kind === 'finishAfter' && failedIn.has(join(folder, name));
}
