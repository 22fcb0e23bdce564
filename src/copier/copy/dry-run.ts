import { type BytePath, join, native, ROOT } from '../../files/byte-path.js';
import { type EntryKind, kindOf } from '../../files/facts.js';
import { failureOf } from '../../files/failure.js';
import { isReserved } from '../../files/reserved-names.js';
import { type FolderHandles, openFolderHandles, standingAt } from '../../files/system/folder-handles.js';
import { stat } from '../../files/system/stat.js';
import type { How, NotKept } from '../../protocol/messages.js';
import { isUpToDate, type TreePair, type Wanted } from '../../rules/is-up-to-date.js';
import { lossOf } from '../../rules/not-kept.js';
import { decideEntry, decideFolder, filledFolderInTheWay, type Policy } from '../../rules/stands-there.js';
import { timeGrainNs } from '../../rules/time-grain.js';
import { version } from '../../version.js';
import { type Deletion, deleteExtras } from '../destination/delete-extras.js';
import { namesIn } from '../destination/names-in.js';
import { canBeRemoved, removeTree } from '../destination/remove-tree.js';
import { standingRoot } from '../destination/work-folder.js';
import { filteredEntries } from '../listing/filtered-entries.js';
import { entriesIn, entriesOf, type Listed, type ListedEntry } from '../listing/list-entries.js';
import { Slices } from '../listing/slices.js';
import { type CopyReport, eventDestination, eventPlaces } from '../report/events.js';
import { Ledger } from '../report/ledger.js';
import { noSideFiles } from '../report/side-files.js';
import { Stop } from '../report/stop.js';
import { listOptionsOf, type Plan } from '../request/plan.js';
import { HardLinks } from './hard-links.js';

/** Tells what a copy would do, by the same rules and in the same events, and writes nothing at all. */
export class DryRun {
  readonly #plan: Plan;
  readonly #ledger: Ledger;
  readonly #hardLinks = new HardLinks();
  /** Entries in whose place stands a folder that is not empty: they have their turn at the end. */
  readonly #blocked: { readonly path: BytePath; readonly how: How; readonly bytes: number }[] = [];

  constructor(plan: Plan) {
    this.#plan = plan;
    this.#ledger = new Ledger(plan.settings.events, noSideFiles);
  }

  get tally() {
    return this.#ledger.tally;
  }

  /** @throws {RefusedError} where the copy would be refused, as far as that can be told without writing */
  async run(): Promise<CopyReport> {
    const { sourceRoot, destination } = this.#plan.places;
    const { pool, chunkSize, dereference, events, signal } = this.#plan.settings;
    const root = standingRoot(this.#plan.places);
    const stop = new Stop(signal);
    const from = openFolderHandles(sourceRoot, dereference);
    const to = root === undefined ? undefined : openFolderHandles(root);
    try {
      events.tell({
        type: 'start',
        version,
        ...eventPlaces(this.#plan.places),
        workers: pool.most,
        chunkSize,
      });
      const trees = root === undefined || to === undefined ? undefined : treesOf(from, to, root);
      const options = { ...listOptionsOf(this.#plan, root), tally: this.tally };
      const slices = new Slices(events);
      for (const listed of filteredEntries(sourceRoot, options)) {
        this.#take(listed, trees);
        if (slices.isOverAfter(entriesIn(listed))) await slices.next();
        if (stop.isStopped) break;
      }
      if (!stop.isStopped) this.#ledger.listed();
      if (!stop.isStopped && to !== undefined) this.#unblock(to);
      const deletes = this.#plan.settings.delete && this.#plan.places.exists && !this.#ledger.hasFailures;
      if (deletes && !stop.isStopped && to !== undefined) await this.#deleteExtras(from, to, slices, stop);
    } finally {
      stop.close();
      from.close();
      to?.close();
    }
    const { type: _, ...report } = this.#ledger.end(stop.reason);
    return { ...report, ...eventDestination(destination) };
  }

  #take(listed: Listed, trees: TreePair | undefined): void {
    switch (listed.kind) {
      case 'enter':
        if (listed.folder !== ROOT) this.#enter(listed, trees);
        return;
      case 'entry':
        this.#entry(listed.entry, trees);
        return;
      case 'files':
        for (const entry of entriesOf(listed)) this.#entry(entry, trees);
        return;
      case 'leave':
        if (listed.failure !== undefined) this.#ledger.failed(listed.folder, listed.failure);
        return;
      case 'failed':
        if (listed.path !== ROOT) this.#ledger.found(listed.isFolder, 0);
        this.#ledger.failed(listed.path, listed.failure);
        return;
      default:
        listed satisfies never;
    }
  }

  #enter({ folder, skip }: Extract<Listed, { kind: 'enter' }>, trees: TreePair | undefined): void {
    this.#ledger.found(true, 0);
    try {
      const there = trees && standingAt(trees.destination, folder);
      const how = FOLDER_HOWS[decideFolder(there, this.#policy)];
      this.#ledger.settled(folder, true, how, 0);
      if (how === 'skipped') skip();
    } catch (error) {
      skip();
      this.#ledger.failed(folder, failureOf(error));
    }
  }

  #entry(entry: ListedEntry, trees: TreePair | undefined): void {
    const { kind, folder, name, facts } = entry;
    const path = join(folder, name);
    const bytes = kind === 'file' ? facts.size : 0;
    this.#ledger.found(false, bytes);
    try {
      const how = this.#outcome(entry, kind, path, trees);
      const isLeftOut = kind === 'socket' || kind === 'device';
      if (how !== 'skipped' && trees !== undefined && isFilledFolder(trees, path)) {
        this.#blocked.push({ path, how, bytes });
        return;
      }
      this.#settle(path, how, bytes, isLeftOut ? [kind] : []);
    } catch (error) {
      this.#ledger.failed(path, failureOf(error));
    }
  }

  #outcome(entry: ListedEntry, kind: EntryKind, path: BytePath, trees: TreePair | undefined): How {
    if (entry.folder === ROOT && isReserved(entry.name)) return 'skipped';
    if (kind === 'socket' || kind === 'device') {
      if (this.#plan.settings.strict) throw lossOf(kind);
      return 'skipped';
    }
    const job = this.#wanted(entry, path);
    const there = trees && standingAt(trees.destination, path);
    const decision = decideEntry(
      job,
      there,
      this.#policy,
      facts => trees !== undefined && isUpToDate(trees, job, facts),
    );
    if (decision === 'skip' || decision === 'compare') return 'skipped';
    return kind === 'fifo' && job.kind === 'fifo' ? 'made' : job.kind === 'file' ? 'streamed' : 'linked';
  }

  #settle(path: BytePath, how: How, bytes: number, notKept: readonly NotKept[]): void {
    const isStreamed = how === 'streamed';
    if (isStreamed) this.#ledger.copied(bytes);
    this.#ledger.settled(path, false, how, isStreamed ? bytes : 0, notKept);
  }

  /** What a copy does last, before it deletes what the source does not have: by the same rules as `TreeCopy.unblock`. */
  #unblock(destination: FolderHandles): void {
    const { places, filters } = this.#plan;
    const { delete: isAsked, oneFileSystem } = this.#plan.settings;
    const spared = {
      filters: places.exists ? filters : undefined,
      onlyOn: oneFileSystem ? stat(native(`${destination.at(ROOT)}.`)) : undefined,
    };
    for (const { path, how, bytes } of this.#blocked) {
      const mayGo = (isAsked || !places.exists) && !this.#ledger.hasFailures;
      if (!mayGo || !canBeRemoved(destination, path, spared)) {
        this.#ledger.failed(path, failureOf(filledFolderInTheWay()));
        continue;
      }
      for (const removal of removeTree(destination, path, false, spared)) this.#book(removal, places.exists);
      this.#settle(path, how, bytes, []);
    }
  }

  #book(deletion: Deletion, tell: boolean): void {
    if (deletion.kind === 'failed') this.#ledger.failedBeside(deletion.path, deletion.failure);
    else if (deletion.kind === 'deleted' && tell) this.#ledger.deleted(deletion.path);
  }

  #wanted(entry: ListedEntry, path: BytePath): Wanted {
    const { folder, name, facts } = entry;
    const kind = entry.kind === 'link' || entry.kind === 'fifo' ? entry.kind : 'file';
    if (facts.nlink > 1) {
      const plan = this.#hardLinks.meet({ ...entry, kind });
      if (plan.kind === 'link') return { kind: 'hardLink', folder, name, facts, firstName: plan.firstName };
      this.#hardLinks.copied(path, facts, undefined);
    }
    return { kind, folder, name, facts, firstName: undefined };
  }

  get #policy(): Policy {
    const { ifExists } = this.#plan.settings;
    // What stands in a `.partial` is taken for what it seems to be.
    const standing = this.#plan.places.exists ? 'content' : 'earlier';
    return { standing, trust: 'time', ifExists, digests: false };
  }

  async #deleteExtras(
    source: FolderHandles,
    destination: FolderHandles,
    slices: Slices,
    stop: Stop,
  ): Promise<void> {
    const { dereference, oneFileSystem } = this.#plan.settings;
    const onlyDeviceOf = oneFileSystem ? this.#plan.places.sourceFacts : undefined;
    const trees = {
      source,
      destination,
      dereference,
      onlyDeviceOf,
      filters: this.#plan.filters,
      sparesExcluded: true,
    };
    for (const deletion of deleteExtras(trees, false)) {
      this.#book(deletion, true);
      if (slices.isOver) await slices.next();
      if (stop.isStopped) return;
    }
  }
}

function treesOf(source: FolderHandles, destination: FolderHandles, root: BytePath): TreePair {
  return { source, destination, timeGrainNs: timeGrainNs(root) };
}

const FOLDER_HOWS = { make: 'made', keep: 'kept', replace: 'made', skip: 'skipped' } as const;

/** Whether a folder with something in it stands there. */
function isFilledFolder({ destination }: TreePair, path: BytePath): boolean {
  const there = standingAt(destination, path);
  if (there === undefined || kindOf(there) !== 'folder') return false;
  for (const _ of namesIn(destination.at(path))) return true;
  return false;
}
