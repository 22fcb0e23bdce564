import { type BytePath, isText, toBase64, toText } from '../../files/byte-path.js';
import type { How, NotKept } from '../../protocol/messages.js';

/** What a run tells while it goes on; the same objects as the command's NDJSON. */
export type CopyEvent = StartEvent | ListedEvent | FileEvent | DeletedEvent | ErrorEvent | EndEvent;

export interface StartEvent extends EventDestination {
  readonly type: 'start';
  readonly version: string;
  /** Absolute; what is no UTF-8 is replaced. */
  readonly source: string;
  /** The path's bytes, where `source` could not hold them. */
  readonly sourceBase64?: string;
  readonly workers: number;
  /** Bytes. */
  readonly chunkSize: number;
}

/** The listing has ended: what there is to copy. */
export interface ListedEvent {
  readonly type: 'listed';
  readonly files: number;
  readonly folders: number;
  readonly bytes: number;
}

/** An entry is finished or skipped; each exactly once, files and folders alike. */
export interface FileEvent extends EventPath {
  readonly type: 'file';
  readonly bytes: number;
  readonly how: How;
  /** What of it could not be kept, if anything. */
  readonly notKept?: readonly NotKept[];
}

/** An entry that only the destination had was removed. */
export interface DeletedEvent extends EventPath {
  readonly type: 'deleted';
}

/** An entry failed; each exactly once. */
export interface ErrorEvent extends EventPath {
  readonly type: 'error';
  readonly code: string;
  readonly message: string;
  readonly attempts: number;
}

export interface EndEvent {
  readonly type: 'end';
  /** What the command exits with. */
  readonly status: number;
  /** Finished entries; folders are not among `files`, the root is in neither. */
  readonly files: number;
  readonly folders: number;
  /** Content of the finished files. */
  readonly bytes: number;
  readonly skipped: number;
  readonly failed: number;
  /** Listed, but not reached by a run that was stopped. */
  readonly left: number;
  readonly deleted: number;
  /** How often what could not be kept. */
  readonly notKept: NotKeptCounts;
  /** Why the run was stopped: a signal's name, an errno name, NO_SPACE, …; left out of a run that went to its end. */
  readonly code?: string;
  /** The same in words, with the next step. */
  readonly message?: string;
  readonly seconds: number;
}

export type NotKeptCounts = Readonly<Partial<Record<NotKept, number>>>;

/** The report of a run: its `end` event and where the copy is. */
export interface CopyReport extends Omit<EndEvent, 'type'>, EventDestination {}

interface EventDestination {
  /** Absolute; what is no UTF-8 is replaced. */
  readonly destination: string;
  /** The path's bytes, where `destination` could not hold them. */
  readonly destinationBase64?: string;
}

interface EventPath {
  /** Relative to the source; what is no UTF-8 is replaced. */
  readonly path: string;
  /** The path's bytes, where `path` could not hold them. */
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
export function eventPlaces(places: {
  source: BytePath;
  destination: BytePath;
}): Pick<StartEvent, 'source' | 'sourceBase64' | 'destination' | 'destinationBase64'> {
  const { path: source, pathBase64 } = eventPath(places.source);
  const destination = eventDestination(places.destination);
  return pathBase64 === undefined
    ? { source, ...destination }
    : { source, sourceBase64: pathBase64, ...destination };
}
