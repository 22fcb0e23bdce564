import { type BytePath, isText, toBase64, toText } from '../../files/byte-path.js';
import type { EntryKind } from '../../files/facts.js';
import type { Owner, Time } from '../../protocol/differences.js';
import type { How, NotKept } from '../../protocol/messages.js';

/** What a copy reports while it runs; the same objects as in the command's JSON. */
export type CopyEvent =
  | StartEvent
  | ListedEvent
  | FileEvent
  | DeletedEvent
  | DifferenceEvent
  | ProgressEvent
  | MemberEvent
  | ErrorEvent
  | EndEvent;

export interface StartEvent extends EventDestination {
  readonly type: 'start';
  readonly version: string;
  /** Absolute; bytes that are not UTF-8 are replaced. */
  readonly source: string;
  /** The bytes of the path, if they are not UTF-8. */
  readonly sourceBase64?: string;
  readonly workers: number;
  /** In bytes. */
  readonly chunkSize: number;
}

/** The source has been listed: this is what there is to copy. */
export interface ListedEvent {
  readonly type: 'listed';
  readonly files: number;
  readonly folders: number;
  readonly bytes: number;
}

/** An entry is finished or skipped; files and folders alike, each at most once. None in a comparison. */
export interface FileEvent extends EventPath {
  readonly type: 'file';
  readonly bytes: number;
  readonly how: How;
  /** What could not be kept, if anything. */
  readonly notKept?: readonly NotKept[];
}

/** How far the run has come; twice a second at most. */
export interface ProgressEvent {
  readonly type: 'progress';
  /** Finished entries; folders are not among `files`. */
  readonly files: number;
  readonly folders: number;
  /** Of content that was copied, of files under way too. */
  readonly bytes: number;
  /** What has been found so far; all there is once the `listed` event has come. */
  readonly listedFiles: number;
  readonly listedBytes: number;
  readonly seconds: number;
}

/** Of a fleet: another machine lends workers to the run, or does not any more. */
export interface MemberEvent {
  readonly type: 'member';
  /** Its host and the process's id there: the same when it comes again. */
  readonly name: string;
  readonly workers: number;
  readonly state: 'joined' | 'refused' | 'left' | 'lost';
  /** Of those who were refused or lost. */
  readonly reason?: string;
}

/** An entry that only the destination had was removed. */
export interface DeletedEvent extends EventPath {
  readonly type: 'deleted';
}

/** Of a comparison: what of an entry differs between source and destination. */
export type DifferenceEvent = EventPath & {
  readonly type: 'difference';
} & (
    | { readonly kind: 'missing' | 'extra' }
    | { readonly kind: 'kind'; readonly source: EntryKind; readonly destination: EntryKind }
    /** Bytes; of `mode`, the permission bits. */
    | { readonly kind: 'size' | 'mode'; readonly source: number; readonly destination: number }
    /** Of modification. */
    | { readonly kind: 'time'; readonly source: Time; readonly destination: Time }
    | { readonly kind: 'owner'; readonly source: Owner; readonly destination: Owner }
    /** The names of extended attributes and ACLs that are not alike, as far as each has them. */
    | {
        readonly kind: 'attributes';
        readonly source: readonly string[];
        readonly destination: readonly string[];
      }
    /** The text of a symbolic link. */
    | ({ readonly kind: 'target'; readonly source: string; readonly destination: string } & OtherBytes)
    /** Another name of the same file in either tree; null: of no file met before. */
    | ({
        readonly kind: 'links';
        readonly source: string | null;
        readonly destination: string | null;
      } & OtherBytes)
    /** Where the first byte is that differs. */
    | { readonly kind: 'content'; readonly at: number }
  );

/** The bytes of `source` and `destination`, if they are not UTF-8. */
interface OtherBytes {
  readonly sourceBase64?: string;
  readonly destinationBase64?: string;
}

/** An entry failed; each once. */
export interface ErrorEvent extends EventPath {
  readonly type: 'error';
  /** Set if `path` is an entry that could not be deleted: it is relative to the destination. */
  readonly side?: 'destination';
  readonly code: string;
  readonly message: string;
  readonly attempts: number;
}

export interface EndEvent {
  readonly type: 'end';
  /** The command's exit status. */
  readonly status: number;
  /** Finished entries that are not folders; the root is not counted. */
  readonly files: number;
  readonly folders: number;
  /** Bytes of content of the finished files. */
  readonly bytes: number;
  readonly skipped: number;
  readonly failed: number;
  /** Entries that were listed but not reached, because the run was stopped. */
  readonly left: number;
  readonly deleted: number;
  /** Of a comparison alone. */
  readonly differences?: number;
  /** Counts by kind of what could not be kept. */
  readonly notKept: NotKeptCounts;
  /** Why the run was stopped: the name of a signal or an errno, NO_SPACE, …; missing if it was not. */
  readonly code?: string;
  /** The same in words, and what to do next. */
  readonly message?: string;
  readonly seconds: number;
}

export type NotKeptCounts = Readonly<Partial<Record<NotKept, number>>>;

/** The report of a run: its `end` event and where the copy is. */
export interface CopyReport extends Omit<EndEvent, 'type'>, EventDestination {}

/** The report of a comparison: `files` and `folders` were compared; `status` is 0 if nothing differs and nothing failed. */
export interface CheckReport extends CopyReport {
  readonly differences: number;
}

interface EventDestination {
  /** Absolute; bytes that are not UTF-8 are replaced. */
  readonly destination: string;
  /** The bytes of the path, if they are not UTF-8. */
  readonly destinationBase64?: string;
}

interface EventPath {
  /** Relative to the source; bytes that are not UTF-8 are replaced. */
  readonly path: string;
  /** The bytes of the path, if they are not UTF-8. */
  readonly pathBase64?: string;
}

/** How a path stands in an event. */
export function eventPath(path: BytePath): EventPath {
  return isText(path) ? { path: toText(path) } : { path: toText(path), pathBase64: toBase64(path) };
}

/** How the destination stands in events and in the report. */
export function eventDestination(destination: BytePath): EventDestination {
  const { path, pathBase64 } = eventPath(destination);
  return pathBase64 === undefined
    ? { destination: path }
    : { destination: path, destinationBase64: pathBase64 };
}

/** How source and destination stand in the first event. */
export function eventPlaces(
  places: Ends,
): Pick<StartEvent, 'source' | 'sourceBase64' | 'destination' | 'destinationBase64'> {
  const { path: source, pathBase64 } = eventPath(places.source);
  const destination = eventDestination(places.destination);
  return pathBase64 === undefined
    ? { source, ...destination }
    : { source, sourceBase64: pathBase64, ...destination };
}

/** Where a run reads and where it writes, as both were named; absolute. */
export interface Ends {
  readonly source: BytePath;
  readonly destination: BytePath;
}
