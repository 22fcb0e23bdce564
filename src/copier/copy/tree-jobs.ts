import { type BytePath, join, ROOT, split } from '../../files/byte-path.js';
import { type Facts, isSparse } from '../../files/facts.js';
import { EntryError, type Failure, failureOf } from '../../files/failure.js';
import type { FileRun } from '../../files/file-run.js';
import { isReserved } from '../../files/reserved-names.js';
import { platformCalls } from '../../files/system/platform-calls.js';
import type { JobKind } from '../../protocol/messages.js';
import type { FolderOutcome, StandingFolder } from '../../protocol/readings.js';
import { notKeptError } from '../../rules/not-kept.js';
import type { Destination } from '../destination/destination.js';
import type { Dispatcher } from '../dispatch/dispatcher.js';
import { finishJob, type PendingJob } from '../dispatch/pending-job.js';
import { type EnteredFolder, entriesOf, type ListedEntry, type ListedFiles } from '../listing/listed.js';
import type { Visitor } from '../listing/walk-source.js';
import type { Ledger } from '../report/ledger.js';
import type { FolderTree } from './folder-tree.js';
import type { HardLinks, LinkableEntry } from './hard-links.js';
import { isLarge, type LargeFiles } from './large-files.js';

/** Turns what is listed into jobs for the workers, and makes its folders. */
export class TreeJobs implements Visitor {
  readonly #parts: TreeCopyParts;
  readonly #folders: FolderTree;
  readonly #hardLinks: HardLinks;
  #rootFacts: Facts | undefined;

  /** @param folders and hardLinks are told of all that is handed out; whoever settles it tells them too */
  constructor(parts: TreeCopyParts, folders: FolderTree, hardLinks: HardLinks) {
    this.#parts = parts;
    this.#folders = folders;
    this.#hardLinks = hardLinks;
  }

  /** Undefined where the root could not be listed. */
  get rootFacts(): Facts | undefined {
    return this.#rootFacts;
  }

  /** Hands an entry to the workers, in a job of this kind. */
  hand({ folder, name, facts }: ListedEntry, kind: JobKind, firstName?: BytePath): void {
    const job = { kind, folder, name, facts, attempt: 1 };
    const { largeFiles } = this.#parts;
    const isSplit = largeFiles !== undefined && kind === 'file' && isLarge(facts.size) && !isSparse(facts);
    if (isSplit) {
      this.#parts.dispatcher.add(largeFiles.begin(job));
      return;
    }
    this.#folders.handed(folder, this.#parts.dispatcher.batchNumber);
    this.#parts.dispatcher.add(firstName === undefined ? job : { ...job, firstName });
  }

  enter({ folder, facts, standing, skip }: EnteredFolder): undefined {
    const { ledger, destination, isDiskFull } = this.#parts;
    if (folder === ROOT) {
      this.#rootFacts = facts;
      this.#folders.enter(ROOT, facts, destination.policy.standing === 'content' ? 'folder' : 'nothing');
      return;
    }
    ledger.foundFolder();
    try {
      destination.collisions?.meet(...split(folder));
      const outcome = madeByOthers(standing) ?? destination.makeFolder(folder);
      if (outcome !== 'skipped') {
        const stood = standing?.isFinished ? 'finished folder' : 'folder';
        this.#folders.enter(folder, facts, outcome === 'kept' ? stood : 'nothing');
        return;
      }
      ledger.settledFolder(folder, 'skipped');
    } catch (error) {
      const failure = failureOf(error);
      if (!isDiskFull(failure)) ledger.failed(folder, failure);
    }
    skip();
  }

  /** All that is in the folder has been listed; where it is all in one batch, the folder is finished right after it. */
  leave(path: BytePath, failure: Failure | undefined): void {
    const { dispatcher, destination } = this.#parts;
    destination.collisions?.leave(path);
    const isFinishedAfter =
      failure === undefined && path !== ROOT && this.#folders.finishAfter(path, dispatcher.batchNumber);
    if (isFinishedAfter) dispatcher.add(finishJob(path, this.#folders.get(path).facts, 'finishAfter'));
    else this.#folders.listed(path, failure);
  }

  entry(entry: ListedEntry): void {
    const { ledger, destination } = this.#parts;
    const { kind, folder, name, facts } = entry;
    const path = join(folder, name);
    ledger.foundFile(kind === 'file' ? facts.size : 0);
    try {
      destination.collisions?.meet(folder, name);
      // Left by a run that worked in the source when it was a destination: no content.
      if (folder === ROOT && isReserved(name)) ledger.settledFile(path, 'skipped', 0);
      else if (kind === 'socket' || kind === 'device' || (kind === 'fifo' && platformCalls() === undefined))
        this.#leaveOut(path, kind);
      else this.#queue(entry, kind);
    } catch (error) {
      if (!(error instanceof EntryError)) throw error;
      ledger.failed(path, failureOf(error));
    }
  }

  /** All at once, unless each has to be looked at. */
  files(listed: ListedFiles): void {
    const { destination, ledger } = this.#parts;
    const { collisions, quickLook } = destination;
    const { folder, run } = listed;
    const hasReserved = folder === ROOT && hasReservedName(run);
    const isLookedFor = quickLook !== undefined || listed.same !== undefined;
    const isEachTold = isLookedFor && ledger.tellsOfEach;
    if (!run.isPlain || hasReserved || collisions !== undefined || isEachTold) {
      for (const entry of entriesOf(listed)) this.entry(entry);
      return;
    }
    ledger.foundRun(run);
    const found = listed.same ?? quickLook?.foundIn(folder, run);
    if (found === undefined) this.#handFiles(folder, run, 0, run.length);
    else this.#handMissing(folder, run, found);
  }

  #handFiles(folder: BytePath, run: FileRun, from: number, end: number): void {
    this.#folders.expect(folder, end - from);
    this.#parts.dispatcher.addFiles(folder, run, from, end, (count, batch) =>
      this.#folders.handed(folder, batch, count),
    );
  }

  /** @param found of each row 1 where it is there already */
  #handMissing(folder: BytePath, run: FileRun, found: Uint8Array): void {
    for (let from = 0; from < run.length; ) {
      const isThere = found[from] === 1;
      const next = found.indexOf(isThere ? 0 : 1, from);
      const end = next < 0 ? run.length : next;
      if (isThere) this.#parts.ledger.skippedFiles(folder, run, from, end);
      else this.#handFiles(folder, run, from, end);
      from = end;
    }
  }

  /** Sockets and devices are never copied, nor opened; FIFOs are where the platform's calls can make them. */
  #leaveOut(path: BytePath, kind: 'fifo' | 'socket' | 'device'): void {
    if (this.#parts.strict) throw notKeptError(kind);
    this.#parts.ledger.settledFile(path, 'skipped', 0, [kind]);
  }

  #queue(entry: ListedEntry, kind: LinkableEntry['kind']): void {
    const { ledger, destination } = this.#parts;
    const { folder, name, facts } = entry;
    const isThere = () => entry.isSame ?? destination.quickLook?.finds(folder, name, facts);
    if (kind === 'file' && facts.nlink === 1 && isThere()) {
      ledger.toWrite(facts);
      ledger.settledFile(join(folder, name), 'skipped', 0);
      ledger.passed(facts.size);
      return;
    }
    this.#folders.expect(folder);
    const isAlone = facts.nlink === 1 || (kind === 'link' && !LINKS_ARE_LINKED);
    const step = isAlone ? COPY : this.#hardLinks.meet({ ...entry, kind });
    if (step.kind === 'copy') {
      if (kind === 'file') ledger.toWrite(facts);
      this.hand(entry, kind);
    } else if (step.kind === 'link') this.hand(entry, 'hardLink', step.firstName);
  }
}

/** What a `TreeCopy` works with. */
export interface TreeCopyParts {
  readonly ledger: Ledger;
  /** Hands jobs to the workers. */
  readonly dispatcher: Dispatcher;
  readonly destination: Destination;
  readonly strict: boolean;
  /** Whether a folder in an entry's place may go with all that is in it, at the end. */
  readonly replacesFolders: boolean;
  /** Undefined where each file is to be copied by one worker, as its digest is wanted or there is but one. */
  readonly largeFiles: LargeFiles | undefined;
  /** Removes what a large file has left under its temporary or, in a copy's own folder, its own name. */
  readonly drop: (job: PendingJob) => void;
  /** Removes what the tries of an entry have left under its own name; undefined where workers do that themselves. */
  readonly dropFailed: ((job: PendingJob, failure: Failure) => void) | undefined;
  /** Whether a large file that failed so is tried again by one worker: when all others are done, it may fit. */
  readonly mayFitAlone: (failure: Failure) => boolean;
  /** Whether a failure stops the whole run, so that its entry does not count as failed and is left for the next run. */
  readonly isDiskFull: (failure: Failure) => boolean;
}

/** @throws {EntryError} where it could not be made */
function madeByOthers({ made, failure }: StandingFolder = {}): FolderOutcome | undefined {
  if (failure !== undefined) throw new EntryError(failure.code, failure.message);
  return made;
}

function hasReservedName({ names }: FileRun): boolean {
  for (let row = 0; row < names.length; row += 1) if (isReserved(names.at(row))) return true;
  return false;
}

/** Whether `link` makes another name of a symbolic link, and not of what it leads to. */
const LINKS_ARE_LINKED = process.platform === 'linux';
const COPY = { kind: 'copy' } as const;
