import { setTimeout as sleep } from 'node:timers/promises';
import type { MemberEvent } from '../../copier/report/events.js';
import type { RedisLink } from '../redis/link.js';
import { agesOf, takeIn } from '../redis/scripts.js';
import { type Hello, helloOf, type Letter } from '../wire/hello.js';
import type { RunKeys } from '../wire/keys.js';
import { parse, ShapeError } from '../wire/shape.js';
import { CONFIRM_MS, MEMBER_LOST_MS, RUN_KEY_MS } from '../wire/times.js';

/** What is asked of whoever keeps the roll. */
export interface RollParts {
  readonly link: RedisLink;
  readonly keys: RunKeys;
  /** Of the run's present term. */
  readonly term: () => string;
  /** Whether a file is there that the member has made as our user. @returns why not */
  readonly proves: (file: string, proof: string, member: string) => Promise<string | undefined>;
  readonly tell: (event: MemberEvent) => void;
  /** There are others than before. */
  readonly changed: () => void;
}

/** Who is a member of the run: takes them in, and sees when they are gone. */
export class Roll {
  readonly #parts: RollParts;
  readonly #members = new Map<string, { readonly name: string; readonly workers: number }>();
  #timer: NodeJS.Timeout | undefined;
  #isEnded = false;

  constructor(parts: RollParts) {
    this.#parts = parts;
    this.#timer = setInterval(() => void this.#lookAround(), LOOK_EVERY_MS);
  }

  /** How many workers they have, all together. */
  get workers(): number {
    let workers = 0;
    for (const member of this.#members.values()) workers += member.workers;
    return workers;
  }

  hear(text: string): void {
    try {
      const hello = helloOf(parse(text, 'a hello'), this.#parts.term());
      if (hello.kind === 'join') void this.#admit(hello);
      else if (hello.kind === 'left') this.#strike(hello.member, 'left');
      else this.#tell(hello, 'refused', hello.reason);
    } catch (error) {
      // Others may write there: what cannot be read is nobody's.
      if (!(error instanceof ShapeError)) throw error;
    }
  }

  /** None of them is part of the run any more. */
  loseAll(reason: string): void {
    for (const member of [...this.#members.keys()]) this.#strike(member, 'lost', reason);
  }

  /** Tells all that the run has ended, and waits until they have stopped, or have surely done so. */
  async end(): Promise<void> {
    this.#isEnded = true;
    clearInterval(this.#timer);
    const members = [...this.#members.keys()];
    if (members.length === 0) return;
    const deadline = performance.now() + CONFIRM_MS;
    const told = Promise.all(members.map(member => this.#write(member, { kind: 'ended' })));
    const { control } = this.#parts.link;
    let unconfirmed: readonly string[] = members;
    const confirmed = async () => {
      await told;
      for (;;) {
        unconfirmed = await control.hkeys(this.#parts.keys.members);
        if (unconfirmed.length === 0 || performance.now() > deadline) return;
        await sleep(CONFIRM_EVERY_MS);
      }
    };
    const late = sleep(CONFIRM_MS, undefined, { ref: false });
    // Where Redis is gone, they have stopped when that time has passed.
    await Promise.race([confirmed().catch(() => late), late]);
    for (const member of unconfirmed) this.#strike(member, 'lost', 'it has not confirmed the end of the run');
  }

  async #admit(hello: Hello & { kind: 'join' }): Promise<void> {
    const { link, keys, term, proves } = this.#parts;
    const { member, name, workers } = hello;
    const joined = term();
    const reason = await proves(hello.file, hello.proof, member);
    if (this.#isEnded || term() !== joined) return;
    if (reason !== undefined) {
      this.#tell(hello, 'refused', reason);
      await this.#write(member, { kind: 'refused', reason });
      return;
    }
    // Where Redis is gone, the member comes again.
    const isIn = await takeIn(link.control, [keys.run, keys.members], joined, member).catch(() => false);
    if (!isIn || this.#isEnded) return;
    this.#members.set(member, { name, workers });
    this.#tell(hello, 'joined');
    await this.#write(member, { kind: 'welcome' });
    this.#parts.changed();
  }

  /** Where Redis is gone, it comes to nothing: the member waits in vain, and comes again. */
  async #write(member: string, letter: Letter): Promise<void> {
    const key = this.#parts.keys.letters(member);
    const { control } = this.#parts.link;
    await control
      .multi()
      .rpush(key, JSON.stringify(letter))
      .pexpire(key, RUN_KEY_MS)
      .exec()
      .catch(() => {});
  }

  async #lookAround(): Promise<void> {
    if (this.#members.size === 0) return;
    try {
      const ages = await agesOf(this.#parts.link.control, this.#parts.keys.members);
      if (this.#isEnded) return;
      for (const member of [...this.#members.keys()]) {
        const age = ages.get(member);
        if (age !== undefined && age * 1000 <= MEMBER_LOST_MS) continue;
        this.#strike(member, 'lost', 'it has fallen silent');
        await this.#parts.link.control.hdel(this.#parts.keys.members, member);
      }
    } catch {
      // Redis is gone: that is seen elsewhere.
    }
  }

  #strike(id: string, state: 'left' | 'lost', reason?: string): void {
    const member = this.#members.get(id);
    if (member === undefined) return;
    this.#members.delete(id);
    this.#tell(member, state, reason);
    this.#parts.changed();
  }

  #tell(
    { name, workers }: { readonly name: string; readonly workers: number },
    state: MemberEvent['state'],
    reason?: string,
  ): void {
    this.#parts.tell({ type: 'member', name, workers, state, ...(reason !== undefined && { reason }) });
  }
}

const LOOK_EVERY_MS = 2_000;
const CONFIRM_EVERY_MS = 50;
