import type { BytePath } from '../common/byte-path.js';
import { type Facts, FactsColumn } from '../common/facts.js';
import type { Batch, Group, JobKind, Part } from '../common/messages.js';

/** An entry on its way to a worker. */
export interface PendingJob {
  readonly kind: JobKind;
  readonly folder: BytePath;
  readonly name: BytePath;
  readonly facts: Facts;
  /** Of a hard link: the name that has been copied. */
  readonly firstName?: BytePath;
  /** Of a large file's job. */
  readonly part?: Part;
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

function bytesOf({ kind, facts, part }: PendingJob): number {
  if (kind === 'range' && part !== undefined) return part.end - part.start;
  return kind === 'file' ? facts.size : 0;
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
  #parts: Record<number, Part> | undefined;

  constructor(readonly folder: BytePath) {}

  add({ kind, name, facts, firstName, part }: PendingJob): void {
    if (part !== undefined) {
      this.#parts ??= {};
      this.#parts[this.#names.length] = part;
    }
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
    const firstNames = this.#firstNames && { firstNames: this.#firstNames };
    return { ...group, ...firstNames, ...(this.#parts && { parts: this.#parts }) };
  }
}
