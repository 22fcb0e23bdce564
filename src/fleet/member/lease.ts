import type { Redis } from 'ioredis';
import { ageOf, BeatWriter, LEASE_MS, type Moment, momentNow } from '../../protocol/beat.js';
import { ask } from '../redis/scripts.js';
import { ENDED, keysOf } from '../wire/keys.js';
import { ASK_EVERY_MS } from '../wire/times.js';

/** Why a member is none any more. */
export type LeaseEnd = { readonly kind: 'ended' } | { readonly kind: 'lost'; readonly reason: string };

/** A member's part in a run: asked for again and again, and over where no answer comes. */
export class Lease {
  readonly #control: Redis;
  readonly #asWhom: { readonly runId: string; readonly term: string; readonly member: string };
  readonly #beat = new BeatWriter();
  readonly #onEnd: (end: LeaseEnd) => void;
  #answered: Moment;
  #lastAskMs = 0;
  #isAsking = false;
  #isOver = false;
  #timer: NodeJS.Timeout | undefined;

  /**
   * @param since when the last question was sent that the run has answered
   * @param onEnd called once
   */
  constructor(
    control: Redis,
    asWhom: { readonly runId: string; readonly term: string; readonly member: string },
    since: Moment,
    onEnd: (end: LeaseEnd) => void,
  ) {
    this.#control = control;
    this.#asWhom = asWhom;
    this.#answered = since;
    this.#onEnd = onEnd;
    this.#beat.write(since);
    this.#timer = setInterval(() => this.#tick(), TICK_MS);
  }

  /** At which workers look. */
  get beatFile(): string {
    return this.#beat.path;
  }

  close(): void {
    this.#isOver = true;
    clearInterval(this.#timer);
    this.#beat.close();
  }

  /** First whether too much time has passed: after a pause an answer may be waiting, which is too old by then. */
  #tick(): void {
    if (ageOf(this.#answered) >= LEASE_MS)
      this.#end({ kind: 'lost', reason: 'Redis has not answered for 10 s' });
    else if (performance.now() - this.#lastAskMs >= ASK_EVERY_MS) void this.#ask();
  }

  async #ask(): Promise<void> {
    if (this.#isAsking) return;
    this.#isAsking = true;
    this.#lastAskMs = performance.now();
    const sent = momentNow();
    const { runId, term, member } = this.#asWhom;
    const keys = keysOf(runId);
    try {
      const said = await ask(this.#control, [keys.run, keys.members], term, member);
      if (this.#isOver || ageOf(sent) >= LEASE_MS) return;
      if (said === 'member') {
        this.#answered = sent;
        this.#beat.write(sent);
      } else if (said === 'stranger') this.#end({ kind: 'lost', reason: 'the run has given this member up' });
      else if (said.holds === ENDED) this.#end({ kind: 'ended' });
      else this.#end({ kind: 'lost', reason: 'the run has died, or begun anew' });
    } catch {
      // The connection was lost; it counts as no answer.
    } finally {
      this.#isAsking = false;
    }
  }

  #end(end: LeaseEnd): void {
    if (this.#isOver) return;
    this.#isOver = true;
    clearInterval(this.#timer);
    this.#onEnd(end);
  }
}

const TICK_MS = 500;
