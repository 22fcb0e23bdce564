import { toRecord } from '../error-record.js';
import type { Answer, Question, QueueFromChild, QueueToChild } from '../messages.js';
import { Fifo } from './fifo.js';
import type { LocalQueue } from './local-queue.js';
import type { Arrival, Loan, Port, Taker } from './queue-parts.js';

/** The channel to the child, as far as a port needs it. */
export interface Line {
  /** @throws {DataCloneError} for what cannot be sent */
  send(message: QueueToChild): void;
  hold(): void;
  release(): void;
}

/** One child's way to one queue of this process. */
export class QueuePort implements Port, Taker<unknown> {
  readonly #queue: LocalQueue<unknown>;
  readonly #line: Line;
  #credit = 0;
  #isProducer = false;
  #wanted = 0;
  #isTaking = false;
  /** Sent, or about to be, and not yet known to be consumed; oldest first. */
  readonly #loans = new Fifo<Loan<unknown>>();
  #outbox: unknown[] = [];
  readonly #offers = new Map<number, Arrival<unknown>>();
  #isCut = false;
  /** How many calls have named the queue to the child, less those it has forgotten. */
  #uses = 0;

  constructor(queue: LocalQueue<unknown>, line: Line) {
    this.#queue = queue;
    this.#line = line;
    queue.connect(this);
  }

  get credit(): number {
    return this.#credit;
  }

  get isProducer(): boolean {
    return this.#isProducer;
  }

  /** A call names the queue to the child. */
  use(): void {
    this.#uses += 1;
  }

  /** Whether the child has forgotten the queue; not so where a call that names it again is on its way. */
  get isForgotten(): boolean {
    return this.#uses === 0;
  }

  hold(): void {
    this.#line.hold();
  }

  release(): void {
    this.#line.release();
  }

  receive(message: QueueFromChild): void {
    switch (message.kind) {
      case 'put':
        this.#credit -= message.items.length;
        for (const item of message.items) this.#queue.arrive({ item });
        this.#grantCredit();
        break;
      case 'ask':
        this.#answer(message.ticket, message.question);
        break;
      case 'withdraw':
        this.#withdraw(message.ticket);
        break;
      case 'took':
        for (let left = message.count; left > 0; left--) this.#loans.shift();
        this.#wanted += message.want;
        this.#take();
        if (message.count > 0) this.#queue.consume(message.count);
        break;
      case 'returned':
        this.#wanted = 0;
        this.#stopTaking();
        this.#return(message.count);
        break;
      case 'confirmed':
        this.#credit = 0;
        this.#queue.settle();
        break;
      case 'forgotten':
        this.#uses -= message.times;
        break;
      default:
        message satisfies never;
    }
  }

  deliver(loan: Loan<unknown>): boolean {
    this.#lend(loan);
    this.#wanted -= 1;
    this.#isTaking = this.#wanted > 0;
    return this.#isTaking;
  }

  end(): void {
    this.#isTaking = false;
    this.#wanted = 0;
    this.#line.send({ kind: 'ended', queue: this.#queue.id });
  }

  closing(): void {
    if (this.#credit > 0) this.#line.send({ kind: 'closing', queue: this.#queue.id });
  }

  /** The child has gone: what it had on loan goes back, what it had put stays. */
  cut(): void {
    this.#isCut = true;
    this.#credit = 0;
    this.#stopTaking();
    this.#return(this.#loans.length);
    this.#queue.disconnect(this);
  }

  #answer(ticket: number, question: Question): void {
    const queue = this.#queue;
    switch (question.kind) {
      case 'offer':
        this.#offer(ticket, question.item, question.block);
        break;
      case 'takeOne': {
        const loan = queue.takeNow();
        if (loan === undefined) this.#reply(ticket, { kind: queue.isEnded ? 'closed' : 'empty' });
        else {
          this.#lend(loan);
          this.#reply(ticket, { kind: 'delivered' });
        }
        break;
      }
      case 'size':
        void queue.size().then(size => this.#reply(ticket, { kind: 'size', ...size }));
        break;
      case 'close':
        void queue.close().then(() => this.#reply(ticket, { kind: 'closed' }));
        break;
      default:
        question satisfies never;
    }
  }

  #offer(ticket: number, item: unknown, block: boolean): void {
    if (this.#queue.isClosed || (!block && !this.#queue.hasRoom)) {
      this.#reply(ticket, { kind: this.#queue.isClosed ? 'closed' : 'full' });
      return;
    }
    this.#isProducer = true;
    const settle = (kind: 'taken' | 'closed') => {
      this.#offers.delete(ticket);
      this.#reply(ticket, { kind });
    };
    const arrival: Arrival<unknown> = {
      item,
      taken: () => {
        settle('taken');
        this.#grantCredit();
      },
      refused: () => settle('closed'),
    };
    this.#offers.set(ticket, arrival);
    this.#queue.arrive(arrival);
  }

  #withdraw(ticket: number): void {
    const arrival = this.#offers.get(ticket);
    if (arrival === undefined) return; // taken while the withdrawal travelled: the answer is on its way
    this.#offers.delete(ticket);
    this.#queue.withdraw(arrival);
    this.#reply(ticket, { kind: 'withdrawn' });
  }

  #grantCredit(): void {
    if (this.#isCut || this.#credit === Number.POSITIVE_INFINITY) return;
    const count = this.#queue.moreCredit(this);
    // In halves at least, or every put would be answered by a message.
    if (count === 0 || count < this.#credit) return;
    this.#credit += count;
    this.#line.send({ kind: 'credit', queue: this.#queue.id, count });
  }

  #take(): void {
    if (this.#wanted <= 0 || this.#isTaking) return;
    if (this.#queue.isEnded) {
      this.end();
    } else {
      this.#isTaking = true;
      this.#queue.takeWhenever(this);
    }
  }

  #stopTaking(): void {
    this.#isTaking = false;
    this.#queue.stopTaking(this);
  }

  #return(count: number): void {
    const loans: Loan<unknown>[] = [];
    for (let left = count; left > 0; left--) {
      const loan = this.#loans.shift();
      if (loan !== undefined) loans.push(loan.value);
    }
    if (loans.length > 0) this.#queue.takeBack(loans);
  }

  #lend(loan: Loan<unknown>): void {
    this.#queue.lend();
    this.#loans.push(loan);
    this.#outbox.push(loan.item);
    // After the poll phase rather than in a microtask: a loop of puts then fills one message, not one each.
    if (this.#outbox.length === 1) setImmediate(() => this.#flush());
  }

  #reply(ticket: number, answer: Answer): void {
    this.#flush(); // what was lent before must be there before
    if (!this.#isCut) this.#line.send({ kind: 'answer', queue: this.#queue.id, ticket, answer });
  }

  #flush(): void {
    const items = this.#outbox;
    this.#outbox = [];
    if (items.length === 0 || this.#isCut) return;
    try {
      this.#line.send({ kind: 'items', queue: this.#queue.id, items });
    } catch {
      for (const item of items) this.#sendAlone(item); // one of them cannot be cloned: find it
    }
  }

  #sendAlone(item: unknown): void {
    const queue = this.#queue.id;
    try {
      this.#line.send({ kind: 'items', queue, items: [item] });
    } catch (error) {
      this.#line.send({ kind: 'unsendable', queue, error: toRecord(error) });
    }
  }
}
