import type { Answer, Question, QueueFromChild } from '../messages.js';
import type { OnSent } from './channel.js';

/** What a child has asked of a queue of its parent's, each with what its answer settles. */
export class Asks {
  readonly #queue: number;
  readonly #send: Send;
  readonly #open = new Map<number, OnAnswer>();
  #lastTicket = 0;
  #isCut = false;

  constructor(queue: number, send: Send) {
    this.#queue = queue;
    this.#send = send;
  }

  get isIdle(): boolean {
    return this.#open.size === 0;
  }

  /** @throws {DataCloneError} for an item that cannot be sent; `onAnswer` is then not called */
  ask(question: Question, timeoutMs: number | undefined, onAnswer: OnAnswer): void {
    const ticket = this.#lastTicket + 1;
    if (!this.#isCut) this.#send({ kind: 'ask', queue: this.#queue, ticket, question });
    this.#expect(timeoutMs, onAnswer);
  }

  /** @throws {DataCloneError} where an item cannot be sent; none is, then, and nobody gets an answer */
  put(
    items: readonly unknown[],
    waiting: readonly { timeoutMs: number | undefined; onAnswer: OnAnswer }[],
  ): void {
    const ticket = this.#lastTicket + 1;
    if (!this.#isCut) this.#send({ kind: 'put', queue: this.#queue, ticket, items });
    for (const { timeoutMs, onAnswer } of waiting) this.#expect(timeoutMs, onAnswer);
  }

  answer(ticket: number, answer: Answer): void {
    const onAnswer = this.#open.get(ticket);
    this.#open.delete(ticket);
    onAnswer?.(answer);
  }

  /** The parent has gone. */
  cut(): void {
    this.#isCut = true;
    for (const ticket of this.#open.keys()) this.answer(ticket, GONE);
  }

  /** Whoever asks with a timeout waits for the answer all the same: the parent decides what came first. */
  #expect(timeoutMs: number | undefined, onAnswer: OnAnswer): void {
    this.#lastTicket += 1;
    const ticket = this.#lastTicket;
    if (this.#isCut) {
      queueMicrotask(() => onAnswer(GONE));
      return;
    }
    if (timeoutMs === undefined) {
      this.#open.set(ticket, onAnswer);
      return;
    }
    const timer = setTimeout(() => this.#send({ kind: 'withdraw', queue: this.#queue, ticket }), timeoutMs);
    this.#open.set(ticket, answer => {
      clearTimeout(timer);
      onAnswer(answer);
    });
  }
}

/** The channel to the parent, as far as a queue needs it. */
export type Send = (message: QueueFromChild, then?: OnSent) => void;

type OnAnswer = (answer: Answer) => void;

const GONE: Answer = { kind: 'closed' };
