import { type BytePath, ROOT } from '../../files/byte-path.js';
import type { Failure } from '../../files/failure.js';
import type { EventSink } from '../report/event-sink.js';
import type { Ledger } from '../report/ledger.js';
import type { Stop } from '../report/stop.js';
import { filteredEntries } from './filtered-entries.js';
import type { ListOptions } from './list-entries.js';
import { type EnteredFolder, entriesIn, type Listed, type ListedEntry, type ListedFiles } from './listed.js';
import { Slices } from './slices.js';

/** Takes what is found in the source: a copy, a dry run or a comparison. What cannot be listed has been counted already. */
export interface Visitor {
  /** @returns its steps, if it takes longer than one step of the walk should */
  enter(entered: EnteredFolder): Iterable<unknown> | undefined;
  entry(entry: ListedEntry): void;
  files(files: ListedFiles): void;
  /** @param failure why not all that is in it could be listed */
  leave(folder: BytePath, failure: Failure | undefined): void;
}

/** What a walk works with. */
interface WalkParts {
  readonly events: EventSink;
  readonly ledger: Ledger;
  readonly stop: Stop;
  /** Takes the work that the visitor makes; the walk holds back while it is full. */
  readonly dispatcher: {
    readonly isFull: boolean;
    change(): Promise<void>;
    waitFor(promise: Promise<unknown>): Promise<void>;
  };
}

/** Leads a visitor through the source, as fast as the work is done and the events are dealt with. */
export async function walkSource(
  root: BytePath,
  options: ListOptions,
  visitor: Visitor,
  { events, ledger, stop, dispatcher }: WalkParts,
): Promise<void> {
  const slices = new Slices(events, stop);
  for (const listed of filteredEntries(root, { ...options, tally: ledger.tally })) {
    if (listed.kind === 'wait') await dispatcher.waitFor(listed.until);
    const steps = visit(visitor, ledger, listed);
    if (steps !== undefined) await slices.through(steps, stop);
    while (dispatcher.isFull && !stop.isStopped) await dispatcher.change();
    if (slices.isOverAfter(entriesIn(listed))) await slices.next();
    if (stop.isStopped) return;
  }
  ledger.listed();
}

function visit(visitor: Visitor, ledger: Ledger, listed: Listed): Iterable<unknown> | undefined {
  switch (listed.kind) {
    case 'enter':
      return visitor.enter(listed);
    case 'entry':
      visitor.entry(listed.entry);
      return undefined;
    case 'files':
      visitor.files(listed);
      return undefined;
    case 'leave':
      visitor.leave(listed.folder, listed.failure);
      return undefined;
    case 'wait':
      return undefined;
    case 'failed':
      if (listed.path !== ROOT) listed.isFolder ? ledger.foundFolder() : ledger.foundFile(0);
      ledger.failed(listed.path, listed.failure);
      return undefined;
    default:
      return listed satisfies never;
  }
}
