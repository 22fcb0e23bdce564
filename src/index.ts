// What the package exports for programs: copying a folder, and comparing two.

export { type CheckOptions, checkFolder } from './copier/check-folder.js';
export { copyFolder } from './copier/copy-folder.js';
export type { FilterEntry } from './copier/listing/filters.js';
export type { AbortedError } from './copier/report/aborted.js';
export { type EntryFailure, PartialCopyError, RefusedError, UsageError } from './copier/report/errors.js';
export type {
  CheckReport,
  CopyEvent,
  CopyReport,
  DeletedEvent,
  DifferenceEvent,
  EndEvent,
  ErrorEvent,
  FileEvent,
  ListedEvent,
  MemberEvent,
  NotKeptCounts,
  ProgressEvent,
  StartEvent,
} from './copier/report/events.js';
export type { MaxDelete } from './copier/request/deletion-limit.js';
export type { CopyOptions } from './copier/request/options.js';
export type { PathLike } from './copier/request/path-like.js';
export type { How, NotKept } from './protocol/messages.js';
