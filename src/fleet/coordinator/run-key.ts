import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RedisLink } from '../redis/link.js';
import { removeAll, renew } from '../redis/scripts.js';
import { ENDED, isId, keysOf, patternOf, RUNS_KEY, type RunKeys } from '../wire/keys.js';
import { AFTER_RESTART_MS, RENEW_EVERY_MS, RUN_KEY_MS, SILENCE_MS } from '../wire/times.js';

/** What happens to the key of a run. */
export interface RunKeyListener {
  /** A term begins: from now on nobody hears what is said for an earlier one. */
  begun(term: string): void;
  /** @returns what those have to know who want to join in it */
  offer(term: string): string;
  /** Nobody works any more, once that time has passed, who did so until now. */
  lost(reason: string, inMs: number): void;
}

/** Keeps the key in Redis that tells members that the run lives. Where Redis loses it, a new term begins. */
export class RunKey {
  readonly #link: RedisLink;
  readonly #runId: string;
  readonly #keys: RunKeys;
  readonly #listener: RunKeyListener;
  #term = '';
  #server: string | undefined;
  #lastAnswered = performance.now();
  /** Until it has answered for the first time, too. */
  #isSilent = true;
  #isAsking = false;
  #isEnded = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(link: RedisLink, runId: string, listener: RunKeyListener) {
    this.#link = link;
    this.#runId = runId;
    this.#keys = keysOf(runId);
    this.#listener = listener;
  }

  get term(): string {
    return this.#term;
  }

  /** Whether Redis has answered lately. */
  get isHeard(): boolean {
    return !this.#isSilent;
  }

  /**
   * Lets others join; where Redis is gone already, that is once it is there again, and nobody waits for it.
   * @throws where Redis does not let us
   */
  async begin(): Promise<void> {
    let ticks = 0;
    this.#timer = setInterval(() => {
      ticks += 1;
      this.#listenForSilence();
      if (ticks % (RENEW_EVERY_MS / TICK_MS) === 0) void this.#renew();
    }, TICK_MS);
    await Promise.race([this.#beginFirst(), sleep(ANSWER_MS, undefined, { ref: false })]);
  }

  /** The run has come to its end: its members see that. */
  async end(): Promise<void> {
    this.#isEnded = true;
    clearInterval(this.#timer);
    await this.#link.control.set(this.#keys.run, ENDED, 'PX', RUN_KEY_MS);
  }

  /** Nothing of the run stays in Redis. */
  async clear(): Promise<void> {
    await removeAll(this.#link.control, patternOf(this.#runId));
    await this.#link.control.srem(RUNS_KEY, this.#runId);
  }

  async #beginFirst(): Promise<void> {
    this.#isAsking = true;
    try {
      // Those whose claim has been taken over are dead by now.
      await removeDeadRuns(this.#link);
      this.#server = await this.#serverId();
      await this.#beginTerm();
    } finally {
      this.#isAsking = false;
    }
  }

  async #beginTerm(): Promise<void> {
    const { control } = this.#link;
    this.#term = randomBytes(8).toString('hex');
    await this.clear();
    // The run may have ended meanwhile; what is sent at once comes before its end.
    if (this.#isEnded) return;
    this.#listener.begun(this.#term);
    await Promise.all([
      control.set(this.#keys.offer, this.#listener.offer(this.#term), 'PX', RUN_KEY_MS),
      control.set(this.#keys.run, this.#term, 'PX', RUN_KEY_MS),
      control.sadd(RUNS_KEY, this.#runId),
    ]);
    this.#answered();
  }

  async #renew(): Promise<void> {
    // One question at a time: where Redis is gone, they would pile up.
    if (this.#isAsking) return;
    this.#isAsking = true;
    const sentMs = performance.now();
    try {
      const server = await this.#serverId();
      const isOurs = await renew(
        this.#link.control,
        [this.#keys.run, this.#keys.offer],
        this.#term,
        RUN_KEY_MS,
      );
      // It was asked whether the run is alive: it has ended since.
      if (this.#isEnded) return;
      const isSameServer = server === this.#server;
      this.#server = server;
      if (isOurs && isSameServer && !this.#isSilent) this.#answered(sentMs);
      else await this.#beginAnew(isSameServer ? 'Redis has lost the run' : 'Redis was started anew');
    } catch {
      // The connection was lost meanwhile; silence is measured from the last answer.
    } finally {
      this.#isAsking = false;
    }
  }

  async #beginAnew(reason: string): Promise<void> {
    // After a silence all is lost already.
    if (!this.#isSilent) this.#listener.lost(reason, AFTER_RESTART_MS);
    await this.#beginTerm();
  }

  #listenForSilence(): void {
    if (this.#isSilent || performance.now() - this.#lastAnswered < SILENCE_MS) return;
    this.#isSilent = true;
    this.#listener.lost('Redis does not answer', 0);
  }

  #answered(sentMs = performance.now()): void {
    this.#lastAnswered = sentMs;
    this.#isSilent = false;
  }

  async #serverId(): Promise<string | undefined> {
    return /^run_id:(\w+)/m.exec(await this.#link.control.info('server'))?.[1];
  }
}

/** Removes what runs have left whose key is gone: they are dead. */
async function removeDeadRuns({ control }: RedisLink): Promise<void> {
  for (const runId of await control.smembers(RUNS_KEY)) {
    if (isId(runId)) {
      if ((await control.exists(keysOf(runId).run)) === 1) continue;
      await removeAll(control, patternOf(runId));
    }
    await control.srem(RUNS_KEY, runId);
  }
}

const TICK_MS = 1_000;
/** How long the copy waits for Redis before it goes on without it. */
const ANSWER_MS = 3_000;
