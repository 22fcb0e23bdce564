import { chmodSync, utimesSync } from 'node:fs';
import { type BytePath, join, native, ROOT, split } from '../common/byte-path.js';
import { type Facts, isSparse, permissionsOf, withMode } from '../common/facts.js';
import { EntryError, type Failure, failureOf } from '../common/failure.js';
import type { FileRun } from '../common/file-run.js';
import type { FolderHandles } from '../common/folder-handles.js';
import type { DoneOutcome, How, IfExists, JobHow, JobKind, NotKept, Standing } from '../common/messages.js';
import { lossOf } from '../common/not-kept.js';
import { isReserved } from '../common/reserved-names.js';
import { nodeSeconds } from '../common/system/node-seconds.js';
import type { Deletion } from './delete-extras.js';
import type { NameCollisions } from './destination/name-collisions.js';
import type { Filters } from './filters.js';
import { FolderTree, type PendingFolder } from './folder-tree.js';
import { HardLinks } from './hard-links.js';
import { isLarge, type LargeFiles, type LargeStep } from './large-files.js';
import type { Ledger } from './ledger.js';
import { entriesOf, type Listed, type ListedEntry } from './list-entries.js';
import { makeFolder } from './make-folder.js';
import { finishJob, isFinish, isOfLargeFile, isOneOfSeveral, type PendingJob } from './pending-job.js';
import type { QuickLook } from './quick-look.js';
import { canBeRemoved, removeTree } from './remove-tree.js';

/** What a `TreeCopy` works with. */
export interface TreeCopyParts {
  readonly ledger: Ledger;
  readonly destination: FolderHandles;
  readonly standing: Standing;
  readonly ifExists: IfExists;
  readonly strict: boolean;
  /** Whether a folder that stands in an entry's place may go with all that is in it, at the end. */
  readonly replacesFolders: boolean;
  /** A folder that holds what these exclude stays. */
  readonly spared: Filters | undefined;
  readonly collisions: NameCollisions;
  /** Undefined where each file is to be copied by one worker, as its digest is wanted or there is but one. */
  readonly largeFiles: LargeFiles | undefined;
  /** Removes what a large file has left under its temporary or, in a copy's own folder, its own name. */
  readonly drop: (job: PendingJob) => void;
  /** Whether a failure stops the whole run, so that its entry is no failed one but left for the next run. */
  readonly isForAll: (failure: Failure) => boolean;
  /** Undefined where what stands there has to be replaced, or read. */
  readonly quickLook: QuickLook | undefined;
  /** Hands a job to the workers. */
  readonly add: (job: PendingJob) => void;
  /** Hands files of one folder to them, and tells how many went into the batch of which number. */
  readonly addFiles: (
    folder: BytePath,
    run: FileRun,
    onAdded: (count: number, batch: number) => void,
  ) => void;
  /** The number of the batch to which the next job is added. */
  readonly batchNumber: () => number;
}

/** Takes what is listed, decides what has to be done with it, and books what becomes of it. */
export class TreeCopy {
  readonly #parts: TreeCopyParts;
  readonly #folders = new FolderTree((folder, failure) => this.#finish(folder, failure));
  readonly #hardLinks = new HardLinks();
  /** Entries in whose place stands a folder that is not empty: they have their turn at the end. */
  readonly #blocked: PendingJob[] = [];
  /** Folders that are finished once more, without being counted again. */
  readonly #again = new Set<BytePath>();

  #rootFacts: Facts | undefined;

  constructor(parts: TreeCopyParts) {
    this.#parts = parts;
  }

  /** Whether the root could be listed: only then there is a copy. */
  get hasRoot(): boolean {
    return this.#rootFacts !== undefined;
  }

  /** Whether everything that was taken is settled. */
  get isDone(): boolean {
    return this.#folders.size === 0;
  }

  take(listed: Listed): void {
    const { ledger } = this.#parts;
    switch (listed.kind) {
      case 'enter':
        this.#enter(listed);
        return;
      case 'entry':
        this.#queue(listed.entry);
        return;
      case 'files':
        this.#queueFiles(listed);
        return;
      case 'leave':
        this.#parts.collisions.leave(listed.folder);
        this.#leave(listed.folder, listed.failure);
        return;
      case 'failed':
        if (listed.path !== ROOT) ledger.found(listed.isFolder, 0);
        ledger.failed(listed.path, listed.failure);
        return;
      default:
        listed satisfies never;
    }
  }

  settle(job: PendingJob, outcome: DoneOutcome): void {
    const next = isOfLargeFile(job) ? this.#parts.largeFiles?.done(job, outcome) : undefined;
    if (next !== undefined) {
      this.#goOn(next);
      return;
    }
    const { ledger } = this.#parts;
    const { bytes, notKept, digest } = outcome;
    const path = join(job.folder, job.name);
    if (outcome.how === 'postponed') {
      this.#folders.postpone(path);
      return;
    }
    const how = finalHow(outcome.how);
    if (!isFinish(job)) {
      ledger.settled(path, false, how, bytes, notKept);
      if (how === 'skipped' || (job.kind === 'hardLink' && how === 'linked')) ledger.passed(job.facts.size);
      const known = digest ?? (job.kind === 'hardLink' ? this.#hardLinks.digestOf(job.facts) : undefined);
      if (known !== undefined) ledger.digest(path, known);
      if (isOneOfSeveral(job)) this.#linkOthers(job, this.#isOurs(how, notKept), known);
      this.#folders.settle(job.folder);
    } else if (!this.#again.delete(path)) {
      const folder = this.#folders.get(path);
      ledger.settled(path, true, folder.kept ? 'kept' : 'made', 0, notKept);
      this.#folders.leave(folder);
    }
  }

  /** Plain files of a folder are done, the last of them of this name. */
  settleFiles(folder: BytePath, count: number, last: BytePath): void {
    this.#parts.ledger.streamed(count, join(folder, last));
    this.#folders.settle(folder, count);
  }

  fail(job: PendingJob, failure: Failure): void {
    const next = isOfLargeFile(job) ? this.#parts.largeFiles?.failed(job, failure) : undefined;
    if (next !== undefined && (job.kind !== 'begin' || failure.code === 'CHANGED')) {
      this.#goOn(next);
      return;
    }
    const path = join(job.folder, job.name);
    const isBlocked = failure.code === 'ENOTEMPTY' && !isFinish(job) && job.attempt === 1;
    if (isBlocked && this.#parts.replacesFolders) {
      this.#blocked.push(job);
      return;
    }
    if (job.kind === 'finish' && this.#again.delete(path)) {
      this.#parts.ledger.failedBeside(path, failure);
      return;
    }
    this.#parts.ledger.failed(path, failure, job.attempt);
    if (!isFinish(job)) {
      if (isOneOfSeveral(job)) this.#linkOthers(job, false, undefined);
      this.#folders.settle(job.folder);
    } else {
      this.#folders.leave(this.#folders.get(path));
    }
  }

  /**
   * All else is done: the folders that stand in the way of entries go, unless something failed.
   * @param tell whether each removal is told of
   */
  unblock(tell: boolean): void {
    const { destination, ledger, spared } = this.#parts;
    for (const job of this.#blocked.splice(0)) {
      const path = join(job.folder, job.name);
      if (!ledger.hasFailures && canBeRemoved(destination, path, spared)) {
        for (const deletion of removeTree(destination, path, true)) this.book(deletion, tell);
      }
      this.#parts.add({ ...job, attempt: job.attempt + 1 });
    }
  }

  /** The run has stopped: large files that were begun and not finished go, also those that no worker has at hand. */
  dropLargeFiles(): void {
    for (const job of this.#parts.largeFiles?.unfinished() ?? []) this.#parts.drop(job);
  }

  book(deletion: Deletion, tell: boolean): void {
    switch (deletion.kind) {
      case 'deleted':
        if (tell) this.#parts.ledger.deleted(deletion.path);
        return;
      case 'failed':
        this.#parts.ledger.failedBeside(deletion.path, deletion.failure);
        return;
      case 'touched':
        this.finishAgain(deletion.folder, deletion.facts);
        return;
      default:
        deletion satisfies never;
    }
  }

  /** Sets a folder's owner, mode and times anew. */
  finishAgain(folder: BytePath, facts: Facts): void {
    this.#again.add(folder);
    this.#parts.add(finishJob(folder, facts));
  }

  /** Gives the root its own mode and times, now that all work in it is done. */
  finishRoot(): void {
    if (this.#rootFacts !== undefined) this.finishAgain(ROOT, this.#rootFacts);
  }

  /** The same by its path, where the workers cannot reach it any more; to the microsecond. */
  finishRootAt(path: BytePath): void {
    if (this.#rootFacts === undefined) return;
    const { atime, atimeNs, mtime, mtimeNs } = this.#rootFacts;
    utimesSync(native(path), nodeSeconds(atime, atimeNs), nodeSeconds(mtime, mtimeNs));
    chmodSync(native(path), permissionsOf(this.#rootFacts));
  }

  #enter({ folder, facts, skip }: Extract<Listed, { kind: 'enter' }>): void {
    const { ledger, destination, standing, ifExists, collisions } = this.#parts;
    if (folder === ROOT) {
      this.#rootFacts = facts;
      this.#folders.enter(ROOT, facts, standing === 'content');
      return;
    }
    ledger.found(true, 0);
    try {
      collisions.meet(...split(folder));
      const outcome = makeFolder(destination, folder, standing, ifExists);
      if (outcome !== 'skipped') {
        this.#folders.enter(folder, facts, outcome === 'kept');
        return;
      }
      ledger.settled(folder, true, 'skipped', 0);
    } catch (error) {
      const failure = failureOf(error);
      if (!this.#parts.isForAll(failure)) ledger.failed(folder, failure);
    }
    skip();
  }

  /** All that is in the folder has been listed; where it is all in one batch, the folder is finished right after it. */
  #leave(path: BytePath, failure: Failure | undefined): void {
    const { add, batchNumber } = this.#parts;
    const isFinishedAfter =
      failure === undefined && path !== ROOT && this.#folders.finishAfter(path, batchNumber());
    if (isFinishedAfter) add({ ...finishJob(path, this.#folders.get(path).facts), kind: 'finishAfter' });
    else this.#folders.listed(path, failure);
  }

  #queue(entry: ListedEntry): void {
    const { ledger, collisions } = this.#parts;
    const { kind, folder, name, facts } = entry;
    const path = join(folder, name);
    ledger.found(false, kind === 'file' ? facts.size : 0);
    try {
      collisions.meet(folder, name);
      // Left by a run that worked in the source when it was a destination: no content.
      if (folder === ROOT && isReserved(name)) ledger.settled(path, false, 'skipped', 0);
      else if (kind === 'socket' || kind === 'device') this.#leaveOut(path, kind);
      else this.#plan(entry, kind);
    } catch (error) {
      if (!(error instanceof EntryError)) throw error;
      ledger.failed(path, failureOf(error));
    }
  }

  /** All at once, unless each has to be looked at. */
  #queueFiles(listed: Extract<Listed, { kind: 'files' }>): void {
    const { addFiles, collisions, ledger, quickLook } = this.#parts;
    if (collisions.arePossible || quickLook !== undefined) {
      for (const entry of entriesOf(listed)) this.#queue(entry);
      return;
    }
    const { folder, run } = listed;
    ledger.foundRun(run);
    this.#folders.expect(folder, run.names.length);
    addFiles(folder, run, (count, batch) => this.#folders.handed(folder, batch, count));
  }

  /** Sockets and devices are not copied and never opened. */
  #leaveOut(path: BytePath, kind: 'socket' | 'device'): void {
    if (this.#parts.strict) throw lossOf(kind);
    this.#parts.ledger.settled(path, false, 'skipped', 0, [kind]);
  }

  #plan(entry: ListedEntry, kind: 'file' | 'link' | 'fifo'): void {
    const { folder, name, facts } = entry;
    if (kind === 'file' && facts.nlink === 1 && this.#parts.quickLook?.finds(folder, name, facts)) {
      this.#parts.ledger.planned(facts);
      this.#parts.ledger.settled(join(folder, name), false, 'skipped', 0);
      this.#parts.ledger.passed(facts.size);
      return;
    }
    this.#folders.expect(entry.folder);
    const isAlone = entry.facts.nlink === 1 || (kind === 'link' && !LINKS_ARE_LINKED);
    const plan = isAlone ? COPY : this.#hardLinks.meet({ ...entry, kind });
    if (plan.kind === 'copy') {
      if (kind === 'file') this.#parts.ledger.planned(entry.facts);
      this.#hand(entry, kind);
    } else if (plan.kind === 'link') this.#hand(entry, 'hardLink', plan.firstName);
  }

  #goOn(next: LargeStep): void {
    switch (next.kind) {
      case 'wait':
        return;
      case 'jobs':
        for (const other of next.jobs) this.#parts.add(other);
        return;
      case 'broken': {
        this.#parts.drop(next.job);
        const { part: _, ...whole } = next.job;
        // One that would not hold still gets another chance with a single worker, which finds out more.
        if (next.failure.code === 'CHANGED')
          this.#parts.add({ ...whole, kind: 'file', attempt: whole.attempt + 1 });
        else this.fail({ ...whole, kind: 'file' }, next.failure);
        return;
      }
      default:
        next satisfies never;
    }
  }

  #hand({ folder, name, facts }: ListedEntry, kind: JobKind, firstName?: BytePath): void {
    const job = { kind, folder, name, facts, attempt: 1 };
    const { largeFiles } = this.#parts;
    const isSplit = largeFiles !== undefined && kind === 'file' && isLarge(facts.size) && !isSparse(facts);
    if (isSplit) {
      this.#parts.add(largeFiles.begin(job));
      return;
    }
    this.#folders.handed(folder, this.#parts.batchNumber());
    this.#parts.add(firstName === undefined ? job : { ...job, firstName });
  }

  #finish({ path, facts }: PendingFolder, failure: Failure | undefined): void {
    // The root stays open to its owner until the marks in it are gone.
    const job = finishJob(path, path === ROOT ? withMode(facts, facts.mode | OWNER_ALL) : facts);
    if (failure === undefined) this.#parts.add(job);
    else this.fail(job, failure);
  }

  /** Whether what stands there has the source's content: then other names may be linked to it. */
  #isOurs(how: How, notKept: readonly NotKept[] | undefined): boolean {
    if (how !== 'skipped') return true;
    // A FIFO that could not be made is skipped as well.
    return notKept === undefined && (this.#parts.standing === 'earlier' || this.#parts.ifExists === 'update');
  }

  /** The other names of a file become links to it, or, where it is not there, the next of them is copied. */
  #linkOthers(job: PendingJob, isThere: boolean, digest: string | undefined): void {
    if (isThere) {
      const firstName = join(job.folder, job.name);
      for (const other of this.#hardLinks.copied(firstName, job.facts, digest)) {
        this.#hand(other, 'hardLink', firstName);
      }
    } else {
      const next = this.#hardLinks.lost(job.facts);
      if (next !== undefined) this.#hand(next, next.kind);
    }
  }
}

function finalHow(how: JobHow): How {
  if (how === 'begun' || how === 'filled' || how === 'postponed' || how === 'compared')
    throw new Error(`an entry cannot end as ${how}`);
  return how;
}

const OWNER_ALL = 0o700;
/** Whether `link` makes another name of a symbolic link, and not of what it leads to. */
const LINKS_ARE_LINKED = process.platform === 'linux';
const COPY = { kind: 'copy' } as const;
