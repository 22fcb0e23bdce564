import type { Queue, Worker } from 'bullmq';
import { BatchLostError } from '../../copier/dispatch/hands.js';
import { type Batch, type BatchEnd, LOST_ELSEWHERE } from '../../protocol/messages.js';
import type { RedisLink } from '../redis/link.js';
import { withdraw } from '../redis/scripts.js';
import { answerOf, endOf } from '../wire/answer.js';
import { jobData } from '../wire/job-data.js';
import { PREFIX, queueName } from '../wire/keys.js';
import { parse, ShapeError } from '../wire/shape.js';
import { LOCK_MS, LOCK_RENEW_MS, STALLED_CHECK_MS } from '../wire/times.js';

/** The batches that members have, or may take: jobs in the queue of the run's term, and what is known of them. */
export class RemoteWork {
  readonly #link: RedisLink;
  readonly #runId: string;
  readonly #open = new Map<number, OpenJob>();
  #term = '';
  #queue: Queue | undefined;
  #checker: Worker | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(link: RedisLink, runId: string) {
    this.#link = link;
    this.#runId = runId;
  }

  /** How many batches members have, or may take. */
  get size(): number {
    return this.#open.size;
  }

  /** The queue of a new term; what is in the one before is given up. */
  begin(term: string): void {
    const { Queue, Worker } = this.#link.bullmq;
    this.#closeQueue();
    this.#term = term;
    const name = queueName(this.#runId, term);
    const options = { prefix: PREFIX, skipVersionCheck: true };
    const queue = new Queue(name, {
      ...options,
      connection: this.#link.control,
      streams: { events: { maxLen: 0 } },
      defaultJobOptions: { removeOnComplete: true, removeOnFail: true, attempts: 1 },
    });
    // It connects again by itself; what gets no answer is lost in time. So below.
    queue.on('error', () => {});
    this.#queue = queue;
    // It takes no jobs: it finds those whose member has fallen silent.
    const checker = new Worker(name, null, {
      ...options,
      connection: this.#link.control,
      autorun: false,
      lockDuration: LOCK_MS,
      lockRenewTime: LOCK_RENEW_MS,
      maxStalledCount: 0,
      stalledInterval: STALLED_CHECK_MS,
    });
    checker.on('error', () => {});
    checker.on('stalled', id => this.#lose(numberOf(id), 'the member that had it has fallen silent'));
    this.#checker = checker;
    void checker.startStalledCheckTimer().catch(() => {});
    this.#timer = setInterval(() => void this.#findMissing(), STALLED_CHECK_MS);
  }

  /**
   * Has a member do a batch.
   * @returns `taken back` where none had begun it
   * @throws {BatchLostError}
   */
  run(batch: Batch): Promise<BatchEnd | 'taken back'> {
    return new Promise((resolve, reject) => {
      this.#open.set(batch.id, { batch, resolve, reject, sentMs: performance.now(), timesMissing: 0 });
      const data = jobData(batch, this.#term);
      this.#queue
        ?.add('batch', data, { jobId: idOf(batch.id) })
        .catch(() => this.#lose(batch.id, 'Redis did not take it'));
    });
  }

  /** What a member says of a batch that is not open, or in another form, changes nothing. */
  answer(text: string): void {
    let id = 0;
    try {
      const answer = answerOf(parse(text, 'an answer'));
      id = answer.batch;
      const open = this.#open.get(id);
      if (open === undefined) return;
      if (answer.kind === 'lost') {
        this.#lose(id, answer.message);
        return;
      }
      const end = endOf(answer.end, open.batch);
      this.#open.delete(id);
      open.resolve(withStaleAgain(end));
    } catch (error) {
      if (!(error instanceof ShapeError)) throw error;
      this.#lose(id, `its answer cannot be read: ${error.message}`);
    }
  }

  /** Nobody has them any more. @param inMs when that is sure */
  loseAll(reason: string, inMs: number): void {
    const ids = [...this.#open.keys()];
    const lose = () => {
      for (const id of ids) this.#lose(id, reason);
    };
    if (inMs === 0) lose();
    else setTimeout(lose, inMs).unref();
  }

  /** Nobody is left to take what waits in the queue: it comes back. */
  async takeBack(): Promise<void> {
    const queue = this.#queue;
    if (queue === undefined) return;
    for (const id of [...this.#open.keys()]) {
      try {
        const job = idOf(id);
        const keys = [queue.keys.wait ?? '', queue.toKey(job)] as const;
        const isWithdrawn = await withdraw(this.#link.control, keys, job);
        const open = this.#open.get(id);
        if (!isWithdrawn || open === undefined) continue;
        this.#open.delete(id);
        open.resolve('taken back');
      } catch {
        // It is at work, or Redis is gone: then it is lost in time.
      }
    }
  }

  close(): void {
    this.#closeQueue();
    this.loseAll('the run has ended', 0);
  }

  /** What fails in it then is nobody's affair any more. */
  #closeQueue(): void {
    clearInterval(this.#timer);
    void this.#checker?.close(true).catch(() => {});
    void this.#queue?.close().catch(() => {});
  }

  #lose(id: number, reason: string): void {
    const open = this.#open.get(id);
    if (open === undefined) return;
    this.#open.delete(id);
    open.reject(new BatchLostError('elsewhere', reason, new Error(reason)));
    void this.#queue?.remove(idOf(id)).catch(() => {});
  }

  /** A job that failed, or whose answer has gone astray, is no longer there. */
  async #findMissing(): Promise<void> {
    const queue = this.#queue;
    const old = [...this.#open.values()].filter(
      ({ sentMs }) => performance.now() - sentMs > STALLED_CHECK_MS,
    );
    if (queue === undefined || old.length === 0) return;
    try {
      const answers = await Promise.all(
        old.map(({ batch }) => this.#link.control.exists(queue.toKey(idOf(batch.id)))),
      );
      for (const [index, open] of old.entries()) {
        open.timesMissing = answers[index] === 0 ? open.timesMissing + 1 : 0;
        if (open.timesMissing > 1) this.#lose(open.batch.id, 'the member that had it has not answered');
      }
    } catch {
      // Redis is gone: that is seen elsewhere.
    }
  }
}

interface OpenJob {
  readonly batch: Batch;
  readonly resolve: (end: BatchEnd | 'taken back') => void;
  readonly reject: (error: BatchLostError) => void;
  readonly sentMs: number;
  timesMissing: number;
}

/** A number by itself is not taken for an id. */
function idOf(batch: number): string {
  return `b${batch}`;
}

function numberOf(id: string): number {
  return Number(id.slice(1));
}

/** What a member does not see may have been made a moment ago by others: its caches lag. */
function withStaleAgain(end: BatchEnd): BatchEnd {
  if (!end.rest.failed.some(({ failure }) => MAY_BE_STALE.has(failure.code))) return end;
  const failed = end.rest.failed.map(({ index, failure }) => ({
    index,
    failure: MAY_BE_STALE.has(failure.code) ? { ...failure, code: LOST_ELSEWHERE } : failure,
  }));
  return { ...end, rest: { ...end.rest, failed } };
}

const MAY_BE_STALE = new Set(['ENOENT', 'ENOTDIR', 'ESTALE']);
