import type { BytePath } from '../common/byte-path.js';
import { type Facts, FactsColumn } from '../common/facts.js';
import type { Batch, Group, JobKind } from '../common/messages.js';

/** An entry on its way to a worker. */
export interface PendingJob {
  readonly kind: JobKind;
  readonly folder: BytePath;
  readonly name: BytePath;
  readonly facts: Facts;
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
    if (job.kind === 'file') this.#bytes += Number(job.facts.size);
    if (this.#jobs.length >= MOST_JOBS || this.#bytes >= MOST_BYTES) this.flush();
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

const MOST_JOBS = 64;
const MOST_BYTES = 4 * 1024 * 1024;

/** A batch as it crosses the pipe: neighbours of one folder share its path. */
export function batchMessage(id: number, { attempt, jobs }: JobBatch): Batch {
  const groups: Group[] = [];
  let kinds: JobKind[] = [];
  let names: BytePath[] = [];
  let facts = new FactsColumn();
  const close = (folder: BytePath) => groups.push({ folder, kinds, names, facts: facts.packed() });
  for (const [index, job] of jobs.entries()) {
    kinds.push(job.kind);
    names.push(job.name);
    facts.push(job.facts);
    if (jobs[index + 1]?.folder === job.folder) continue;
    close(job.folder);
    kinds = [];
    names = [];
    facts = new FactsColumn();
  }
  return { id, attempt, groups };
}
