import { type BytePath, join, native, ROOT, split } from '../../files/byte-path.js';
import { type Facts, kindOf, linkIdentityOf, sameDevice } from '../../files/facts.js';
import { type Failure, failureOf, step } from '../../files/failure.js';
import { isReserved } from '../../files/reserved-names.js';
import { entryCalls } from '../../files/system/choose-calls.js';
import { platformCalls } from '../../files/system/platform-calls.js';
import { stat } from '../../files/system/stat.js';
import { type ExtrasScope, extrasIn } from '../../folders/extras.js';
import type { Difference } from '../../protocol/differences.js';
import type { DoneOutcome } from '../../protocol/messages.js';
import type { StandingFolder } from '../../protocol/readings.js';
import { compareAttributes } from '../../rules/attributes/kept-attributes.js';
import { compareFacts } from '../../rules/compare-facts.js';
import type { HeldTimes } from '../../rules/held-times.js';
import type { Dispatcher } from '../dispatch/dispatcher.js';
import type { PendingJob } from '../dispatch/pending-job.js';
import { type EnteredFolder, entriesOf, type ListedEntry, type ListedFiles } from '../listing/listed.js';
import type { Selection } from '../listing/selection.js';
import type { StorageSpeed } from '../listing/storage-speed.js';
import type { Visitor } from '../listing/walk-source.js';
import type { Ledger } from '../report/ledger.js';
import { hasExtraNames } from './has-extra-names.js';
import { LinkGroups } from './link-groups.js';

/**
 * Takes what is listed in the source: folders are compared here, as whether the walk goes into them depends on it;
 * all else is handed to the workers, and what they found is reported.
 */
export class TreeCheck implements Visitor {
  readonly #parts: TreeCheckParts;
  readonly #links = new LinkGroups();
  /** Those folders that the walk is in and in which something could not be compared. */
  readonly #failed = new Set<BytePath>();

  constructor(parts: TreeCheckParts) {
    this.#parts = parts;
  }

  /** @returns the steps of looking for extras in it: they may be many */
  enter({ folder, facts, standing, skip }: EnteredFolder): Iterable<unknown> | undefined {
    const { ledger } = this.#parts;
    if (folder !== ROOT) ledger.foundFolder();
    try {
      if (this.#isFolderThere(folder, facts, standing)) {
        return this.#hasOwnScan(folder, facts, standing) ? this.#scan(folder) : undefined;
      }
      ledger.comparedFolder(folder);
    } catch (error) {
      ledger.failed(folder, failureOf(error));
    }
    skip();
    return undefined;
  }

  entry({ kind, folder, name, facts, isSame }: ListedEntry): void {
    const { comparesContent, dispatcher, ledger } = this.#parts;
    ledger.foundFile(kind === 'file' ? facts.size : 0);
    // They are not copied, and so not missed.
    if (kind === 'socket' || kind === 'device' || (folder === ROOT && isReserved(name))) {
      ledger.passedOver(join(folder, name));
      return;
    }
    if (isSame) {
      ledger.comparedFile(join(folder, name), 0);
      ledger.passed(facts.size);
      return;
    }
    const readsContent = comparesContent && kind === 'file';
    dispatcher.add({ kind: readsContent ? 'compareContent' : 'compare', folder, name, facts, attempt: 1 });
  }

  files(listed: ListedFiles): void {
    for (const entry of entriesOf(listed)) this.entry(entry);
  }

  leave(folder: BytePath, failure: Failure | undefined): void {
    if (this.#failed.delete(folder)) return;
    if (failure === undefined) this.#parts.ledger.comparedFolder(folder);
    else this.#parts.ledger.failed(folder, failure);
  }

  settle({ folder, name, facts }: PendingJob, { bytes, comparison }: DoneOutcome): void {
    const { ledger } = this.#parts;
    const path = join(folder, name);
    ledger.comparedFile(path, bytes);
    if (kindOf(facts) === 'file') ledger.passed(facts.size - bytes);
    if (comparison === undefined) return;
    this.#tell(path, comparison.differences);
    if (comparison.standing === undefined) return;
    const source = { identity: linkIdentityOf(facts), nlink: facts.nlink };
    this.#tell(path, this.#links.meet(path, source, comparison.standing));
  }

  fail({ folder, name }: PendingJob, failure: Failure): void {
    this.#parts.ledger.failed(join(folder, name), failure);
  }

  /** Compares a folder. @returns whether what is in it is to be compared too */
  #isFolderThere(folder: BytePath, facts: Facts, seen: StandingFolder | undefined): boolean {
    const look = () => this.#parts.speed.ofDestination(() => this.#standing(folder));
    const standing = seen?.facts ?? step('its copy cannot be read', look);
    if (standing === undefined) {
      this.#tell(folder, [{ kind: 'missing' }]);
      return false;
    }
    const differences = compareFacts(facts, standing, this.#parts.heldTimes);
    this.#tell(folder, differences);
    if (differences[0]?.kind === 'kind') return false;
    if (!seen?.isBare) this.#tell(folder, this.#attributesOf(folder));
    return true;
  }

  #attributesOf(folder: BytePath): Difference[] {
    const { source, destination } = this.#parts.scope;
    const calls = platformCalls();
    if (calls === undefined) return [];
    return step('its attributes cannot be compared', () =>
      compareAttributes(calls, source.at(folder).slice(0, -1), destination.at(folder).slice(0, -1)),
    );
  }

  #standing(folder: BytePath): Facts | undefined {
    const { destination } = this.#parts.scope;
    if (folder === ROOT) return stat(native(`${destination.at(ROOT)}.`));
    const [parent, name] = split(folder);
    return entryCalls().factsIn(destination.place(parent), name);
  }

  /** What `--from` does not name is not extra; what is only entered is looked through with its parent. */
  #hasOwnScan(folder: BytePath, facts: Facts, seen: StandingFolder | undefined): boolean {
    const { selection, scope } = this.#parts;
    const { filters, oneFileSystem, sourceRoot } = scope;
    // What the source does not select is an extra too.
    const isEachWanted = selection === undefined && filters === undefined;
    if (oneFileSystem && !sameDevice(facts, sourceRoot)) return false;
    if (selection?.namesIn(folder) !== undefined) return false;
    if (isEachWanted && !this.#mayHaveExtras(folder, seen)) return false;
    if (folder === ROOT || filters?.isOnlyEntered(folder) !== true) return true;
    return selection?.namesIn(split(folder)[0]) !== undefined;
  }

  #mayHaveExtras(folder: BytePath, seen: StandingFolder | undefined): boolean {
    if (seen?.extras !== undefined) return seen.extras.names.ends.length > 0;
    return hasExtraNames(this.#parts.scope, folder);
  }

  /** Folders that are in a copy only if something in them is are looked through, whether or not the source has them. */
  *#scan(start: BytePath): Generator<undefined, void, undefined> {
    const { scope, ledger } = this.#parts;
    const isOnlyEntered = (path: BytePath) => scope.filters?.isOnlyEntered(path) ?? false;
    const folders = [start];
    try {
      for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
        for (const found of extrasIn(scope, folder)) {
          if (found === undefined) yield undefined;
          else if (found.isFolder && isOnlyEntered(found.path)) folders.push(found.path);
          else if (found.kind === 'extra') this.#tell(found.path, [{ kind: 'extra' }]);
        }
      }
    } catch (error) {
      scope.filters?.rethrow(error);
      const { code, message } = failureOf(error);
      this.#failed.add(start);
      ledger.failed(start, { code, message: `its copy cannot be read: ${message}` });
    }
  }

  #tell(path: BytePath, differences: readonly Difference[]): void {
    for (const difference of differences) this.#parts.ledger.difference(path, difference);
  }
}

/** What a `TreeCheck` works with. */
interface TreeCheckParts {
  /** Both trees, and what is compared in them. */
  readonly scope: ExtrasScope;
  /** What is compared; undefined: all. */
  readonly selection: Selection | undefined;
  /** Times closer together than this are one for the destination's file system. */
  readonly heldTimes: HeldTimes;
  /** Whether the contents of files are compared. */
  readonly comparesContent: boolean;
  readonly ledger: Ledger;
  readonly dispatcher: Dispatcher;
  readonly speed: StorageSpeed;
}
