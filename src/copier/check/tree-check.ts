import { type BytePath, join, native, ROOT, split } from '../../files/byte-path.js';
import { type Facts, linkIdentityOf, sameDevice } from '../../files/facts.js';
import { type Failure, failureOf, step } from '../../files/failure.js';
import { isReserved } from '../../files/reserved-names.js';
import { entryCalls } from '../../files/system/choose-calls.js';
import { stat } from '../../files/system/stat.js';
import type { Difference } from '../../protocol/differences.js';
import type { DoneOutcome } from '../../protocol/messages.js';
import { compareFacts } from '../../rules/compare-facts.js';
import type { Dispatcher } from '../dispatch/dispatcher.js';
import type { PendingJob } from '../dispatch/pending-job.js';
import { entriesOf, type Listed, type ListedEntry } from '../listing/list-entries.js';
import type { Selection } from '../listing/selection.js';
import type { CheckCounts, CheckListener } from './check-report.js';
import { type BothTrees, extrasIn } from './extra-names.js';
import { LinkGroups } from './link-groups.js';

/** What a `TreeCheck` works with. */
export interface TreeCheckParts {
  readonly trees: BothTrees;
  /** Times closer together than this are one for the destination's file system. */
  readonly timeGrainNs: number;
  readonly selection: Selection | undefined;
  /** Whether the contents of files are compared. */
  readonly comparesContent: boolean;
  readonly listener: CheckListener;
  readonly dispatcher: Dispatcher;
}

/**
 * Takes what is listed in the source: folders are compared here, as whether the walk goes into them depends on
 * it; all else is handed to the workers, and what they found is told of.
 */
export class TreeCheck {
  readonly #parts: TreeCheckParts;
  readonly #links = new LinkGroups();
  readonly #counts = { files: 0, folders: 0, bytes: 0, skipped: 0, failed: 0, differences: 0, left: 0 };
  #taken: Promise<void> | undefined;

  constructor(parts: TreeCheckParts) {
    this.#parts = parts;
  }

  get counts(): CheckCounts {
    return this.#counts;
  }

  /** Where the listener can take no more for now, a promise of when it can. */
  get taken(): Promise<void> | undefined {
    return this.#taken;
  }

  /** @returns the steps of looking for extras in a folder that was entered: they may be many */
  take(listed: Listed): Iterable<unknown> {
    switch (listed.kind) {
      case 'enter':
        return this.#enter(listed);
      case 'entry':
        this.#queue(listed.entry);
        return [];
      case 'files':
        for (const entry of entriesOf(listed)) this.#queue(entry);
        return [];
      case 'leave':
        if (listed.failure !== undefined) this.#failed(listed.folder, listed.failure);
        return [];
      case 'failed':
        this.#failed(listed.path, listed.failure);
        return [];
      default:
        return listed satisfies never;
    }
  }

  compared(bytes: number): void {
    this.#counts.bytes += bytes;
  }

  settle({ folder, name, facts }: PendingJob, { comparison }: DoneOutcome): void {
    this.#counts.left -= 1;
    this.#counts.files += 1;
    if (comparison === undefined) return;
    const path = join(folder, name);
    this.#tell(path, comparison.differences);
    if (comparison.standing === undefined) return;
    const source = { identity: linkIdentityOf(facts), nlink: facts.nlink };
    this.#tell(path, this.#links.meet(path, source, comparison.standing));
  }

  fail({ folder, name }: PendingJob, failure: Failure): void {
    this.#counts.left -= 1;
    this.#failed(join(folder, name), failure);
  }

  #enter({ folder, facts, skip }: Extract<Listed, { kind: 'enter' }>): Iterable<unknown> {
    try {
      const isThere = this.#isFolderThere(folder, facts);
      if (folder !== ROOT) this.#counts.folders += 1;
      if (isThere) return this.#hasOwnScan(folder, facts) ? this.#scan(folder) : [];
    } catch (error) {
      this.#failed(folder, failureOf(error));
    }
    skip();
    return [];
  }

  /** Compares a folder. @returns whether what is in it is to be compared too */
  #isFolderThere(folder: BytePath, facts: Facts): boolean {
    const standing = step('its copy cannot be read', () => this.#standing(folder));
    if (standing === undefined) {
      this.#tell(folder, [{ what: 'missing' }]);
      return false;
    }
    const differences = compareFacts(facts, standing, this.#parts.timeGrainNs);
    this.#tell(folder, differences);
    return differences[0]?.what !== 'kind';
  }

  #standing(folder: BytePath): Facts | undefined {
    const { destination } = this.#parts.trees;
    if (folder === ROOT) return stat(native(`${destination.at(ROOT)}.`));
    const [parent, name] = split(folder);
    return entryCalls().factsIn(destination.place(parent), name, false);
  }

  /** What `--from` does not name is no extra; what is only entered is looked through with its parent. */
  #hasOwnScan(folder: BytePath, facts: Facts): boolean {
    const { selection, trees } = this.#parts;
    const { filters, onlyDeviceOf } = trees;
    if (onlyDeviceOf !== undefined && !sameDevice(facts, onlyDeviceOf)) return false;
    if (selection?.namesIn(folder) !== undefined) return false;
    if (folder === ROOT || filters?.isOnlyEntered(folder) !== true) return true;
    return selection?.namesIn(split(folder)[0]) !== undefined;
  }

  *#scan(folder: BytePath): Generator<undefined> {
    try {
      for (const path of extrasIn(this.#parts.trees, folder)) {
        if (path !== undefined) this.#tell(path, [{ what: 'extra' }]);
        yield undefined;
      }
    } catch (error) {
      const { code, message } = failureOf(error);
      this.#failed(folder, { code, message: `its copy cannot be read: ${message}` });
    }
  }

  #queue({ kind, folder, name, facts }: ListedEntry): void {
    const isOwn = folder === ROOT && isReserved(name);
    // They are not copied, and so not missed.
    if (isOwn || kind === 'socket' || kind === 'device') {
      this.#counts.skipped += 1;
      return;
    }
    this.#counts.left += 1;
    const readsContent = this.#parts.comparesContent && kind === 'file';
    this.#parts.dispatcher.add({
      kind: readsContent ? 'compareContent' : 'compare',
      folder,
      name,
      facts,
      attempt: 1,
    });
  }

  #tell(path: BytePath, differences: readonly Difference[]): void {
    for (const difference of differences) {
      this.#counts.differences += 1;
      this.#taken = this.#parts.listener.difference(path, difference);
    }
  }

  #failed(path: BytePath, failure: Failure): void {
    this.#counts.failed += 1;
    this.#parts.listener.failure(path, failure);
  }
}
