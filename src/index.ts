export { copyFolder } from './copier/copy-folder.js';
export { type EntryFailure, PartialCopyError, RefusedError, UsageError } from './copier/report/errors.js';
export type {
  CopyEvent,
  CopyReport,
  DeletedEvent,
  EndEvent,
  ErrorEvent,
  FileEvent,
  ListedEvent,
  NotKeptCounts,
  StartEvent,
} from './copier/report/events.js';
export type { CopyOptions } from './copier/request/options.js';
export type { How, NotKept } from './protocol/messages.js';
