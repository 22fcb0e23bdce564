import type { Job, Work } from './work.js';

/** Finds a worker for some work; undefined: there is none for it now. */
export type FindWorker = (asked: Asked) => { run(work: Work): void } | undefined;

export type Asked = Pick<Job, 'isBeside' | 'mayGoAhead'>;

/** What waits for the workers of a pool. First submitted, first served. */
export class WaitingWork {
  /** Works that were sent to a worker which ended before it began with them. */
  readonly #returned: Work[] = [];
  /** Jobs that have work to give, or had when last seen. */
  readonly #jobs = new Set<Job>();
  /** The same of those whose work runs beside other. */
  readonly #beside = new Set<Job>();

  add(job: Job): void {
    (job.isBeside ? this.#beside : this.#jobs).add(job);
  }

  /** Works that were sent, and have not been begun. */
  takeBack(works: readonly Work[]): void {
    this.#returned.push(...works);
  }

  /** The job has its outcome. */
  drop(job: Job): void {
    this.#jobs.delete(job);
    this.#beside.delete(job);
  }

  clear(): void {
    this.#returned.length = 0;
    this.#jobs.clear();
    this.#beside.clear();
  }

  giveOut(find: FindWorker): void {
    const isFull = !this.#giveReturned(find);
    // What runs beside others waits for none of them.
    give(this.#beside, find);
    if (!isFull) give(this.#jobs, find);
  }

  /** All of it has failed. */
  abandon(error: unknown): void {
    for (const work of this.#returned.splice(0)) work.failed(error);
    for (const job of [...this.#beside, ...this.#jobs]) if (job.hasWork) job.abandon(error);
  }

  /** @returns whether there is a worker for each */
  #giveReturned(find: FindWorker): boolean {
    let isFull = false;
    for (const work of [...this.#returned]) {
      // Where no worker could be had for another, it has failed meanwhile.
      if (!this.#returned.includes(work) || (isFull && !work.isBeside)) continue;
      const worker = find(work);
      isFull ||= worker === undefined;
      if (worker === undefined) continue;
      this.#returned.splice(this.#returned.indexOf(work), 1);
      worker.run(work);
    }
    return !isFull;
  }
}

function give(jobs: Set<Job>, find: FindWorker): void {
  for (const job of jobs) {
    while (job.hasWork) {
      const worker = find(job);
      if (worker === undefined) return;
      worker.run(job.take());
    }
    jobs.delete(job);
  }
}
