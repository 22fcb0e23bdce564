import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { type BytePath, bytePath, join, ROOT } from '../common/byte-path.js';
import { type Failure, failureOf } from '../common/failure.js';
import { type FolderHandles, openFolderHandles } from '../common/folder-handles.js';
import type { How } from '../common/messages.js';
import { version } from '../version.js';
import type { PendingJob } from './batcher.js';
import type { Places } from './check-places.js';
import { Crew } from './crew.js';
import { RefusedError } from './errors.js';
import { type CopyEvent, type CopyReport, eventPath } from './events.js';
import { FolderTree, type PendingFolder } from './folder-tree.js';
import { type Listed, type ListedEntry, listEntries } from './list-entries.js';
import { makeFolder } from './make-folder.js';
import type { CopySettings } from './options.js';
import { Tally } from './tally.js';

/** One copy from its start to its report: list → queue → pool → totals. It tells events and draws nothing. */
export class CopyRun {
  readonly tally = new Tally();
  readonly places: Places;
  readonly #settings: CopySettings;
  readonly #emit: (event: CopyEvent) => void;
  readonly #source: BytePath;
  readonly #destination: FolderHandles;
  readonly #folders: FolderTree;
  readonly #crew: Crew;
  #rootFailed = false;

  constructor(places: Places, settings: CopySettings) {
    this.places = places;
    this.#settings = settings;
    this.#emit = settings.onEvent;
    this.#source = bytePath(places.sourceRoot);
    this.#destination = openFolderHandles(bytePath(places.destinationRoot));
    this.#folders = new FolderTree((folder, failure) => this.#finishFolder(folder, failure));
    this.#crew = new Crew(
      settings.workers,
      RETRIES,
      {
        source: this.#source,
        destination: bytePath(places.destinationRoot),
        chunkSize: settings.chunkSize,
        runId: randomBytes(8).toString('hex'),
        fresh: !places.exists,
        keepOwner: process.geteuid?.() === 0,
        parentPid: process.pid,
      },
      {
        done: (job, { how, bytes }) => this.#settle(job, how, bytes),
        failed: (job, failure) => this.#fail(job, failure),
        copied: bytes => {
          this.tally.bytes += bytes;
        },
      },
    );
  }

  /** @throws {RefusedError} where the destination cannot be made */
  async run(): Promise<CopyReport> {
    const { signal } = this.#settings;
    const stop = () => void this.#crew.end();
    signal?.addEventListener('abort', stop, { once: true });
    try {
      await makeDestination(this.places);
      this.#emitStart();
      await this.#listAll();
      while (this.#folders.size > 0 && !signal?.aborted) await this.#crew.change();
    } finally {
      signal?.removeEventListener('abort', stop);
      await this.#crew.end();
      this.#destination.close();
    }
    return this.#report();
  }

  async #listAll(): Promise<void> {
    let sliceEndsAtMs = performance.now() + SLICE_MS;
    for (const listed of listEntries(this.#source)) {
      this.#take(listed);
      while (this.#crew.isFull && !this.#isStopped) await this.#crew.change();
      if (this.#isStopped) return;
      if (performance.now() < sliceEndsAtMs) continue;
      await new Promise(resolve => setImmediate(resolve));
      sliceEndsAtMs = performance.now() + SLICE_MS;
    }
    this.tally.isListed = true;
    this.#emit({ type: 'listed', ...this.tally.found });
  }

  get #isStopped(): boolean {
    return this.#settings.signal?.aborted ?? false;
  }

  #take(listed: Listed): void {
    switch (listed.kind) {
      case 'enter':
        this.#enter(listed);
        return;
      case 'entry':
        this.#queue(listed.entry);
        return;
      case 'leave':
        this.#folders.listed(listed.folder, listed.failure);
        return;
      case 'failed': {
        const { folder, name, failure, isFolder } = listed;
        this.#found(isFolder, 0n);
        this.#emitFailure(join(folder, name), failure, 1);
        return;
      }
      default:
        listed satisfies never;
    }
  }

  #enter({ folder, facts, skip }: Extract<Listed, { kind: 'enter' }>): void {
    if (folder === ROOT) {
      this.#folders.enter(ROOT, facts, this.places.exists);
      return;
    }
    this.#found(true, 0n);
    const [parent, name] = split(folder);
    try {
      const kept = makeFolder(this.#destination, parent, name, !this.places.exists);
      this.#folders.enter(folder, facts, kept);
    } catch (error) {
      skip();
      this.#emitFailure(folder, failureOf(error), 1);
    }
  }

  #queue({ kind, folder, name, facts }: ListedEntry): void {
    this.#found(false, kind === 'file' ? facts.size : 0n);
    if (kind === 'file' || kind === 'link') {
      this.#folders.expect(folder);
      this.#crew.add({ kind, folder, name, facts, attempt: 1 });
    } else {
      this.tally.skipped += 1;
      this.#emit({ type: 'file', ...eventPath(join(folder, name)), bytes: 0, how: 'skipped' });
    }
  }

  #found(isFolder: boolean, bytes: bigint): void {
    if (isFolder) this.tally.found.folders += 1;
    else this.tally.found.files += 1;
    this.tally.found.bytes += Number(bytes);
  }

  #finishFolder({ path, facts }: PendingFolder, failure: Failure | undefined): void {
    const [folder, name] = split(path);
    const job: PendingJob = { kind: 'finish', folder, name, facts, attempt: 1 };
    if (failure === undefined) this.#crew.add(job);
    else this.#fail(job, failure);
  }

  #settle(job: PendingJob, how: How, bytes: number): void {
    const path = join(job.folder, job.name);
    if (job.kind !== 'finish') {
      this.tally.finished.files += 1;
      this.#emit({ type: 'file', ...eventPath(path), bytes, how });
      this.#folders.settle(job.folder);
      return;
    }
    const folder = this.#folders.get(path);
    if (path !== ROOT) {
      this.tally.finished.folders += 1;
      this.#emit({ type: 'file', ...eventPath(path), bytes, how: folder.kept ? 'kept' : 'made' });
    }
    this.#folders.leave(folder);
  }

  #fail(job: PendingJob, failure: Failure): void {
    const path = join(job.folder, job.name);
    this.#emitFailure(path, failure, job.attempt);
    if (job.kind === 'finish') this.#folders.leave(this.#folders.get(path));
    else this.#folders.settle(job.folder);
  }

  #emitFailure(path: BytePath, failure: Failure, attempts: number): void {
    // The root is no entry: that it failed is told, and in the status, but counted nowhere.
    if (path === ROOT) this.#rootFailed = true;
    else this.tally.failed += 1;
    this.#emit({ type: 'error', ...eventPath(path), ...failure, attempts });
  }

  #emitStart(): void {
    const { source, destination } = this.places;
    const { workers, chunkSize } = this.#settings;
    this.#emit({ type: 'start', version, source, destination, workers, chunkSize });
  }

  #report(): CopyReport {
    const { finished, bytes, skipped, failed, left, seconds } = this.tally;
    const status = failed > 0 || left > 0 || this.#rootFailed ? 1 : 0;
    const totals = { status, ...finished, bytes, skipped, failed, left, seconds };
    this.#emit({ type: 'end', ...totals });
    return { ...totals, destination: this.places.destination };
  }
}

async function makeDestination({ destinationRoot, exists }: Places): Promise<void> {
  if (exists) return;
  try {
    const parent = dirname(destinationRoot);
    if (!existsSync(parent)) {
      const { ensureDir } = await import('fs-extra/esm');
      await ensureDir(parent);
    }
    mkdirSync(destinationRoot, 0o700);
  } catch (error) {
    const { code, message } = failureOf(error);
    throw new RefusedError(`${destinationRoot}: cannot be made: ${message} (${code})`, { cause: error });
  }
}

function split(path: BytePath): [folder: BytePath, name: BytePath] {
  const slash = path.lastIndexOf('/');
  return [path.slice(0, Math.max(slash, 0)) as BytePath, path.slice(slash + 1) as BytePath];
}

/** Tries again for an entry whose worker died. */
const RETRIES = 2;
/** The event loop gets its turn at least this often while the listing runs. */
const SLICE_MS = 4;
