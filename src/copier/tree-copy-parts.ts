import type { BytePath } from '../files/byte-path.js';
import type { Failure } from '../files/failure.js';
import type { FileRun } from '../files/file-run.js';
import type { FolderHandles } from '../files/system/folder-handles.js';
import type { IfExists, Standing } from '../protocol/messages.js';
import type { LargeFiles } from './copy/large-files.js';
import type { NameCollisions } from './destination/name-collisions.js';
import type { QuickLook } from './destination/quick-look.js';
import type { Spared } from './destination/remove-tree.js';
import type { OnAdded } from './dispatch/batcher.js';
import type { PendingJob } from './dispatch/pending-job.js';
import type { Ledger } from './report/ledger.js';

/** What a `TreeCopy` works with. */
export interface TreeCopyParts {
  readonly ledger: Ledger;
  readonly destination: FolderHandles;
  readonly standing: Standing;
  readonly ifExists: IfExists;
  readonly strict: boolean;
  /** Whether a folder that stands in an entry's place may go with all that is in it, at the end. */
  readonly replacesFolders: boolean;
  /** A folder that holds any of this stays. */
  readonly spared: Spared;
  /** Whether a folder that is made has to be given its mode: the umask or the folder above may have changed it. */
  readonly setsModes: boolean;
  readonly collisions: NameCollisions;
  /** Undefined where each file is to be copied by one worker, as its digest is wanted or there is but one. */
  readonly largeFiles: LargeFiles | undefined;
  /** Removes what a large file has left under its temporary or, in a copy's own folder, its own name. */
  readonly drop: (job: PendingJob) => void;
  /** Whether a failure stops the whole run, so that its entry is no failed one but left for the next run. */
  readonly isForAll: (failure: Failure) => boolean;
  /** Undefined where what stands there has to be replaced, or read. */
  readonly quickLook: QuickLook | undefined;
  /** Hands a job to the workers. */
  readonly add: (job: PendingJob) => void;
  /** Hands files of one folder to them: those in the run's rows from `from` to before `end`. */
  readonly addFiles: (folder: BytePath, run: FileRun, from: number, end: number, onAdded: OnAdded) => void;
  /** The number of the batch to which the next job is added. */
  readonly batchNumber: () => number;
}
