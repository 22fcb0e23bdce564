import type { BytePath } from '../common/byte-path.js';
import { type Facts, FactsColumn } from '../common/facts.js';
import type { Batch, Group, JobKind } from '../common/messages.js';

/** An entry on its way to a worker. */
export interface PendingJob {
  readonly kind: JobKind;
  readonly folder: BytePath;
  readonly name: BytePath;
  readonly facts: Facts;
  /** Of a hard link: the name that has been copied. */
  readonly firstName?: BytePath;
  /** 1 for the first try. */
  readonly attempt: number;
}

/** Jobs that go to one worker together. */
export interface JobBatch {
  readonly attempt: number;
  readonly jobs: readonly PendingJob[];
}

/**
 * Gathers jobs into batches, bounded by count and by bytes: large enough that a message costs little beside
 * the work it brings, small enough that the workers end together.
 */
export class Batcher {
  readonly #onFull: (batch: JobBatch) => void;
  #jobs: PendingJob[] = [];
  #bytes = 0;

  constructor(onFull: (batch: JobBatch) => void) {
    this.#onFull = onFull;
  }

  add(job: PendingJob): void {
    this.#jobs.push(job);
    this.#bytes += bytesOf(job);
    if (isEnough(this.#jobs.length, this.#bytes)) this.flush();
  }

  get isEmpty(): boolean {
    return this.#jobs.length === 0;
  }

  flush(): void {
    if (this.isEmpty) return;
    const jobs = this.#jobs;
    this.#jobs = [];
    this.#bytes = 0;
    this.#onFull({ attempt: 1, jobs });
  }
}

/** Whether a batch is full, and not only what was left at a pause. */
export function isLarge({ jobs }: JobBatch): boolean {
  return isEnough(
    jobs.length,
    jobs.reduce((sum, job) => sum + bytesOf(job), 0),
  );
}

function bytesOf({ kind, facts }: PendingJob): number {
  return kind === 'file' ? Number(facts.size) : 0;
}

function isEnough(jobs: number, bytes: number): boolean {
  return jobs >= MOST_JOBS || bytes >= MOST_BYTES;
}

const MOST_JOBS = 64;
const MOST_BYTES = 4 * 1024 * 1024;

/** A batch as it crosses the pipe: neighbours of one folder share its path. */
export function batchMessage(id: number, { attempt, jobs }: JobBatch): Batch {
  const groups: Group[] = [];
  let open: OpenGroup | undefined;
  for (const job of jobs) {
    if (open?.folder !== job.folder) {
      if (open !== undefined) groups.push(open.closed());
      open = new OpenGroup(job.folder);
    }
    open.add(job);
  }
  if (open !== undefined) groups.push(open.closed());
  return { id, attempt, groups };
}

class OpenGroup {
  readonly #kinds: JobKind[] = [];
  readonly #names: BytePath[] = [];
  readonly #facts = new FactsColumn();
  #firstNames: Record<number, BytePath> | undefined;

  constructor(readonly folder: BytePath) {}

  add({ kind, name, facts, firstName }: PendingJob): void {
    if (firstName !== undefined) {
      this.#firstNames ??= {};
      this.#firstNames[this.#names.length] = firstName;
    }
    this.#kinds.push(kind);
    this.#names.push(name);
    this.#facts.push(facts);
  }

  closed(): Group {
    const group = {
      folder: this.folder,
      kinds: this.#kinds,
      names: this.#names,
      facts: this.#facts.packed(),
    };
    return this.#firstNames === undefined ? group : { ...group, firstNames: this.#firstNames };
  }
}
