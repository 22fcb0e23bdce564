import { type BytePath, join, ROOT } from '../../files/byte-path.js';
import { kindOf } from '../../files/facts.js';
import type { Failure } from '../../files/failure.js';
import type { FolderPlace } from '../../files/system/entry-calls.js';
import { type DoneOutcome, type How, LOST_ELSEWHERE } from '../../protocol/messages.js';
import { closeRoot, lentFacts } from '../destination/close-root.js';
import type { SettledFiles } from '../dispatch/open-batch.js';
import {
  asWhole,
  finalHow,
  finishJob,
  isFinish,
  isOfLargeFile,
  isOneOfSeveral,
  nextTry,
  type PendingJob,
} from '../dispatch/pending-job.js';
import { BlockedEntries, pathOf } from './blocked-entries.js';
import { Deletions } from './deletions.js';
import { FolderTree, type PendingFolder } from './folder-tree.js';
import { HardLinks } from './hard-links.js';
import { isForRanges, type LargeStep } from './large-files.js';
import { type TreeCopyParts, TreeJobs } from './tree-jobs.js';

/** Books what becomes of the jobs of a tree, and adds those that follow from it. */
export class TreeCopy {
  readonly #parts: TreeCopyParts;
  readonly #folders = new FolderTree((folder, failure) => this.#finish(folder, failure));
  readonly #hardLinks = new HardLinks();
  /** Takes what is listed. */
  readonly jobs: TreeJobs;
  readonly blocked: BlockedEntries;
  readonly deletions: Deletions;
  /** Whether the root has been reported as failed: an entry fails once. */
  #hasRootFailed = false;

  constructor(parts: TreeCopyParts) {
    this.#parts = parts;
    this.blocked = new BlockedEntries(parts.destination);
    this.deletions = new Deletions(parts);
    this.jobs = new TreeJobs(parts, this.#folders, this.#hardLinks);
  }

  /** Whether the root could be listed: only then there is a copy. */
  get hasRoot(): boolean {
    return this.jobs.rootFacts !== undefined;
  }

  /** Whether everything that was taken is settled. */
  get isDone(): boolean {
    return this.#folders.size === 0;
  }

  settle(job: PendingJob, outcome: DoneOutcome): void {
    if (job.kind === 'remove') {
      this.deletions.removed(job);
      return;
    }
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
      ledger.settledFile(path, how, bytes, notKept);
      const isThere = how === 'skipped' || how === 'adjusted' || how === 'linked';
      if (isThere && kindOf(job.facts) === 'file') ledger.passed(job.facts.size);
      const known = digest ?? (job.kind === 'hardLink' ? this.#hardLinks.digestOf(job.facts) : undefined);
      if (known !== undefined) ledger.digest(path, known);
      if (how !== 'skipped') this.#folders.change(job.folder);
      if (isOneOfSeveral(job)) this.#linkOthers(job, this.#isOurs(how), known);
      this.#folders.settle(job.folder);
    } else if (path === ROOT) {
      if (!this.#hasRootFailed) ledger.settledFolder(ROOT, this.#isTheirs ? 'kept' : 'made', notKept);
    } else if (!this.deletions.isFinishedAgain(path)) {
      const folder = this.#folders.get(path);
      ledger.settledFolder(path, folder.before === 'nothing' ? 'made' : 'kept', notKept);
      this.#folders.leave(folder);
    }
  }

  settleFiles({ folder, count, bytes, last }: SettledFiles): void {
    this.#parts.ledger.streamed(count, bytes, join(folder, last));
    this.#folders.change(folder);
    this.#folders.settle(folder, count);
  }

  fail(job: PendingJob, failure: Failure): void {
    if (job.kind === 'remove') {
      this.deletions.removed(job, failure);
      return;
    }
    const next = isOfLargeFile(job) ? this.#parts.largeFiles?.failed(job, failure) : undefined;
    if (next !== undefined && (job.kind !== 'begin' || this.#isTriedWhole(failure))) {
      this.#goOn(next);
      return;
    }
    const isBlocked = failure.code === 'ENOTEMPTY' && !isFinish(job) && job.attempt === 1;
    if (isBlocked && this.#parts.replacesFolders) this.blocked.add({ job: asWhole(job), failure });
    else this.#failForGood(job, failure);
  }

  /** The root fails once, whatever else goes wrong with it. */
  failRoot(failure: Failure, attempts = 1): void {
    if (!this.#hasRootFailed) this.#parts.ledger.failed(ROOT, failure, attempts);
    this.#hasRootFailed = true;
  }

  #failForGood(job: PendingJob, failure: Failure): void {
    const path = join(job.folder, job.name);
    if (path === ROOT) {
      this.failRoot(failure, job.attempt);
      return;
    }
    if (job.kind === 'finish' && this.deletions.isFinishedAgain(path)) {
      this.#parts.ledger.failedBeside(path, failure);
      return;
    }
    this.#parts.ledger.failed(path, failure, job.attempt);
    if (!isFinish(job)) {
      this.#parts.dropFailed?.(job, failure);
      if (isOneOfSeveral(job)) this.#linkOthers(job, false, undefined);
      this.#folders.change(job.folder);
      this.#folders.settle(job.folder);
    } else {
      this.#folders.leave(this.#folders.get(path));
    }
  }

  /**
   * All else is done: folders in the way of entries go, unless something failed.
   * @param remove removes them
   */
  async unblock(remove: (paths: readonly BytePath[]) => Promise<void>): Promise<void> {
    if (this.blocked.isEmpty) throw new Error('entries are left, and nothing is done about them');
    const { free, stuck } = this.#parts.ledger.hasFailures
      ? { free: [], stuck: this.blocked.takeAll() }
      : this.blocked.takeApart();
    await remove(free.map(({ job }) => pathOf(job)));
    for (const { job } of free) this.#parts.dispatcher.add(nextTry(job));
    for (const { job, failure } of stuck) this.#failForGood(job, failure);
  }

  /** Whether large files are begun that are not finished. */
  get hasLargeUnderWay(): boolean {
    return (this.#parts.largeFiles?.unfinished().length ?? 0) > 0;
  }

  /** The run has stopped: large files that were begun and not finished go, also those that no worker has at hand. */
  dropLargeFiles(): void {
    for (const job of this.#parts.largeFiles?.unfinished() ?? []) this.#parts.drop(job);
  }

  /**
   * Has a worker give the root its owner, attributes, mode and times: last of all, as it is closed to others until
   * then. It stays open to its owner until `closeRoot`.
   */
  finishRoot(): void {
    const { rootFacts } = this.jobs;
    if (rootFacts !== undefined)
      this.#parts.dispatcher.add(finishJob(ROOT, lentFacts(rootFacts), 'finishRoot'));
  }

  /** The claim is gone from the root. @throws where it cannot be finished, unless that has been reported */
  closeRoot(root: FolderPlace): void {
    const { rootFacts } = this.jobs;
    if (rootFacts === undefined) return;
    try {
      closeRoot(root, rootFacts);
    } catch (error) {
      if (!this.#hasRootFailed) throw error;
    }
  }

  /** Whether the destination existed before the run, with content of others. */
  get #isTheirs(): boolean {
    return this.#parts.destination.policy.standing === 'content';
  }

  #isTriedWhole(failure: Failure): boolean {
    const { code } = failure;
    return code === 'CHANGED' || code === LOST_ELSEWHERE || this.#parts.mayFitAlone(failure);
  }

  #goOn(next: LargeStep): void {
    switch (next.kind) {
      case 'wait':
        return;
      case 'jobs':
        for (const other of next.jobs) this.#parts.dispatcher.add(other);
        return;
      case 'broken': {
        this.#parts.drop(next.job);
        const whole = asWhole(next.job);
        // One that would not hold still gets another chance with a single worker, which finds out more.
        if (this.#isTriedWhole(next.failure) || isForRanges(next)) this.#parts.dispatcher.add(nextTry(whole));
        else this.fail(whole, next.failure);
        return;
      }
      default:
        next satisfies never;
    }
  }

  #finish(folder: PendingFolder, failure: Failure | undefined): void {
    if (folder.path === ROOT) {
      if (failure !== undefined) this.#parts.ledger.failed(ROOT, failure);
      this.#hasRootFailed = failure !== undefined;
      this.#folders.leave(folder);
      return;
    }
    const job = finishJob(folder.path, folder.facts);
    if (failure !== undefined) this.fail(job, failure);
    else if (!this.#folders.isAsItIsToBe(folder.path)) this.#parts.dispatcher.add(job);
    else {
      this.#parts.ledger.settledFolder(folder.path, 'kept');
      this.#folders.leave(folder);
    }
  }

  /** Whether what is there has the source's content: then other names may be linked to it. */
  #isOurs(how: How): boolean {
    const { standing, ifExists } = this.#parts.destination.policy;
    // Under `newer`, the worker that makes another name of it looks first.
    return how !== 'skipped' || standing === 'earlier' || ifExists === 'update' || ifExists === 'newer';
  }

  /** The other names of a file become links to it, or, where it is not there, the next of them is copied. */
  #linkOthers(job: PendingJob, isThere: boolean, digest: string | undefined): void {
    if (isThere) {
      const firstName = join(job.folder, job.name);
      for (const other of this.#hardLinks.copied(firstName, job.facts, digest)) {
        this.jobs.hand(other, 'hardLink', firstName);
      }
    } else {
      const next = this.#hardLinks.lost(job.facts);
      if (next !== undefined) this.jobs.hand(next, next.kind);
    }
  }
}
