export type { How, NotKept } from './common/messages.js';
export { copyFolder } from './copier/copy-folder.js';
export { type EntryFailure, PartialCopyError, RefusedError, UsageError } from './copier/errors.js';
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
} from './copier/events.js';
export type { CopyOptions } from './copier/options.js';
