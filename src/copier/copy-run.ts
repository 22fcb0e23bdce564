import { randomBytes } from 'node:crypto';
import { statSync } from 'node:fs';
import { type BytePath, bytePath, join, ROOT, split } from '../common/byte-path.js';
import { type Facts, sameInode } from '../common/facts.js';
import { type Failure, failureOf } from '../common/failure.js';
import { type FolderHandles, openFolderHandles } from '../common/folder-handles.js';
import type { DoneOutcome, JobKind, WorkerSettings } from '../common/messages.js';
import { lossOf } from '../common/not-kept.js';
import { version } from '../version.js';
import type { PendingJob } from './batcher.js';
import type { Places } from './check-places.js';
import { type Deletion, deleteExtras, removeTree } from './delete-extras.js';
import { Dispatcher } from './dispatcher.js';
import type { CopyReport } from './events.js';
import { FolderTree, type PendingFolder } from './folder-tree.js';
import { HardLinks } from './hard-links.js';
import { Ledger } from './ledger.js';
import { type Listed, type ListedEntry, listEntries } from './list-entries.js';
import { makeDestination } from './make-destination.js';
import { makeFolder } from './make-folder.js';
import type { CopySettings } from './options.js';
import { Slices } from './slices.js';

/** One copy from its start to its report: list → queue → pool → totals. It tells events and draws nothing. */
export class CopyRun {
  readonly #places: Places;
  readonly #settings: CopySettings;
  readonly #ledger: Ledger;
  readonly #destination: FolderHandles;
  readonly #folders = new FolderTree((folder, failure) => this.#finish(folder, failure));
  readonly #hardLinks = new HardLinks();
  readonly #dispatcher: Dispatcher;
  /** Entries in whose place stands a folder that is not empty: with `delete` they have their turn at the end. */
  readonly #blocked: PendingJob[] = [];
  /** Folders that are finished once more, as something was deleted in them. */
  readonly #swept = new Set<BytePath>();

  constructor(places: Places, settings: CopySettings) {
    this.#places = places;
    this.#settings = settings;
    this.#ledger = new Ledger(settings.onEvent);
    this.#destination = openFolderHandles(bytePath(places.destinationRoot));
    this.#dispatcher = new Dispatcher(settings.workers, RETRIES, workerSettings(places, settings), {
      done: (job, outcome) => this.#settle(job, outcome),
      failed: (job, failure) => this.#fail(job, failure),
      copied: bytes => this.#ledger.copied(bytes),
    });
  }

  get tally() {
    return this.#ledger.tally;
  }

  /** @throws {RefusedError} where the destination cannot be made */
  async run(): Promise<CopyReport> {
    const { signal, workers, chunkSize, onEvent } = this.#settings;
    const { source, destination } = this.#places;
    const stop = () => void this.#dispatcher.end();
    signal?.addEventListener('abort', stop, { once: true });
    try {
      await makeDestination(this.#places);
      onEvent({ type: 'start', version, source, destination, workers, chunkSize });
      await this.#listAll();
      await this.#copyAll();
      if (this.#settings.delete) await this.#deleteExtras();
    } finally {
      signal?.removeEventListener('abort', stop);
      await this.#dispatcher.end();
      this.#destination.close();
    }
    const { type: _, ...report } = this.#ledger.end();
    return { ...report, destination };
  }

  get #isStopped(): boolean {
    return this.#settings.signal?.aborted ?? false;
  }

  async #listAll(): Promise<void> {
    const slices = new Slices();
    for (const listed of listEntries(bytePath(this.#places.sourceRoot), this.#settings)) {
      this.#take(listed);
      while (this.#dispatcher.isFull && !this.#isStopped) await this.#dispatcher.change();
      if (slices.isOver) await slices.next();
      if (this.#isStopped) return;
    }
    this.#ledger.listed();
  }

  async #copyAll(): Promise<void> {
    while (this.#folders.size > 0 && !this.#isStopped) {
      if (this.#dispatcher.isIdle) this.#unblock();
      await this.#dispatcher.change();
    }
  }

  #take(listed: Listed): void {
    switch (listed.kind) {
      case 'enter':
        this.#enter(listed);
        return;
      case 'entry':
        this.#queue(listed.entry);
        return;
      case 'leave':
        this.#folders.listed(listed.folder, listed.failure);
        return;
      case 'failed':
        this.#ledger.found(listed.isFolder, 0n);
        this.#ledger.failed(listed.path, listed.failure);
        return;
      default:
        listed satisfies never;
    }
  }

  #enter({ folder, facts, skip }: Extract<Listed, { kind: 'enter' }>): void {
    const { exists } = this.#places;
    if (folder === ROOT) {
      this.#folders.enter(ROOT, facts, exists);
      return;
    }
    this.#ledger.found(true, 0n);
    try {
      const outcome = makeFolder(this.#destination, folder, !exists, this.#settings.ifExists);
      if (outcome !== 'skipped') {
        this.#folders.enter(folder, facts, outcome === 'kept');
        return;
      }
      this.#ledger.settled(folder, true, 'skipped', 0);
    } catch (error) {
      this.#ledger.failed(folder, failureOf(error));
    }
    skip();
  }

  #queue(entry: ListedEntry): void {
    const { kind, folder, name, facts } = entry;
    this.#ledger.found(false, kind === 'file' ? facts.size : 0n);
    if (kind === 'socket' || kind === 'device') {
      this.#leaveOut(join(folder, name), kind);
      return;
    }
    this.#folders.expect(folder);
    if (facts.nlink === 1n || (kind === 'link' && !LINKS_ARE_LINKED)) {
      this.#hand(entry, kind);
      return;
    }
    const plan = this.#hardLinks.meet({ ...entry, kind });
    if (plan.kind === 'copy') this.#hand(entry, kind);
    else if (plan.kind === 'link') this.#hand(entry, 'hardLink', plan.firstName);
  }

  /** Sockets and devices are not copied and never opened. */
  #leaveOut(path: BytePath, kind: 'socket' | 'device'): void {
    if (this.#settings.strict) this.#ledger.failed(path, failureOf(lossOf(kind)));
    else this.#ledger.settled(path, false, 'skipped', 0, [kind]);
  }

  #hand({ folder, name, facts }: ListedEntry, kind: JobKind, firstName?: BytePath): void {
    const job = { kind, folder, name, facts, attempt: 1 };
    this.#dispatcher.add(firstName === undefined ? job : { ...job, firstName });
  }

  #finish({ path, facts }: PendingFolder, failure: Failure | undefined): void {
    const job = finishJob(path, facts);
    if (failure === undefined) this.#dispatcher.add(job);
    else this.#fail(job, failure);
  }

  #settle(job: PendingJob, { how, bytes, notKept }: DoneOutcome): void {
    const path = join(job.folder, job.name);
    if (job.kind !== 'finish') {
      this.#ledger.settled(path, false, how, bytes, notKept);
      // Skipped under `update` it stands there, up to date; not so a FIFO that could not be made.
      const isThere = how !== 'skipped' || (this.#settings.ifExists === 'update' && notKept === undefined);
      if (isOneOfSeveral(job)) this.#linkOthers(job, isThere);
      this.#folders.settle(job.folder);
    } else if (!this.#swept.delete(path)) {
      const folder = this.#folders.get(path);
      this.#ledger.settled(path, true, folder.kept ? 'kept' : 'made', 0, notKept);
      this.#folders.leave(folder);
    }
  }

  /** The other names of a file become links to it, or, where it failed or is not ours, the next is copied. */
  #linkOthers(job: PendingJob, isThere: boolean): void {
    if (isThere) {
      for (const other of this.#hardLinks.copied(job.folder, job.name, job.facts)) {
        this.#hand(other, 'hardLink', join(job.folder, job.name));
      }
    } else {
      const next = this.#hardLinks.lost(job.facts);
      if (next !== undefined) this.#hand(next, next.kind);
    }
  }

  #fail(job: PendingJob, failure: Failure): void {
    const path = join(job.folder, job.name);
    if (failure.code === 'ENOTEMPTY' && this.#settings.delete && job.kind !== 'finish' && job.attempt === 1) {
      this.#blocked.push(job);
      return;
    }
    if (this.#swept.delete(path)) {
      this.#ledger.failedBeside(path, failure);
      return;
    }
    this.#ledger.failed(path, failure, job.attempt);
    if (job.kind !== 'finish') {
      if (isOneOfSeveral(job)) this.#linkOthers(job, false);
      this.#folders.settle(job.folder);
    } else {
      this.#folders.leave(this.#folders.get(path));
    }
  }

  /** All else is done: the folders that stand in the way of entries go, unless something failed. */
  #unblock(): void {
    for (const job of this.#blocked.splice(0)) {
      const path = join(job.folder, job.name);
      if (!this.#ledger.hasFailures) {
        for (const deletion of removeTree(this.#destination, path)) this.#book(deletion);
      }
      this.#dispatcher.add({ ...job, attempt: job.attempt + 1 });
    }
  }

  async #deleteExtras(): Promise<void> {
    if (this.#ledger.hasFailures || this.#isStopped) return;
    const { sourceRoot, sourceFacts } = this.#places;
    const { dereference, oneFileSystem } = this.#settings;
    const now = statSync(sourceRoot, { bigint: true, throwIfNoEntry: false });
    if (now === undefined || !sameInode(now, sourceFacts)) {
      const message = 'the source is not the folder that was copied: nothing was deleted';
      this.#ledger.failed(ROOT, { code: 'CHANGED', message });
      return;
    }
    const source = openFolderHandles(bytePath(sourceRoot), dereference);
    const onlyDevice = oneFileSystem ? sourceFacts.dev : undefined;
    const slices = new Slices();
    try {
      const trees = { source, destination: this.#destination, dereference, onlyDevice };
      for (const deletion of deleteExtras(trees)) {
        this.#book(deletion);
        if (slices.isOver) await slices.next();
        if (this.#isStopped) return;
      }
    } finally {
      source.close();
    }
    while (!this.#dispatcher.isIdle && !this.#isStopped) await this.#dispatcher.change();
  }

  #book(deletion: Deletion): void {
    switch (deletion.kind) {
      case 'deleted':
        this.#ledger.deleted(deletion.path);
        return;
      case 'failed':
        this.#ledger.failedBeside(deletion.path, deletion.failure);
        return;
      case 'touched':
        this.#swept.add(deletion.folder);
        this.#dispatcher.add(finishJob(deletion.folder, deletion.facts));
        return;
      default:
        deletion satisfies never;
    }
  }
}

function finishJob(path: BytePath, facts: Facts): PendingJob {
  const [folder, name] = split(path);
  return { kind: 'finish', folder, name, facts, attempt: 1 };
}

function isOneOfSeveral({ kind, facts }: PendingJob): boolean {
  return kind !== 'finish' && facts.nlink > 1n;
}

function workerSettings(places: Places, settings: CopySettings): WorkerSettings {
  const { chunkSize, ifExists, reflink, dereference, xattrs, strict } = settings;
  return {
    source: bytePath(places.sourceRoot),
    destination: bytePath(places.destinationRoot),
    chunkSize,
    runId: randomBytes(8).toString('hex'),
    fresh: !places.exists,
    ifExists,
    reflink,
    dereference,
    attributes: xattrs !== 'never',
    strict,
    parentPid: process.pid,
  };
}

/** Whether `link` makes another name of a symbolic link, and not of what it leads to. */
const LINKS_ARE_LINKED = process.platform === 'linux';

/** Tries again for an entry whose worker died. */
const RETRIES = 2;
