import { toRecord } from '../error-record.js';
import type { Answer, Question, QueueFromChild, QueueToChild, Ticketed } from '../messages.js';
import { Fifo } from './fifo.js';
import type { LocalQueue } from './local-queue.js';
import type { Arrival, Loan, Port, Taker } from './queue-parts.js';

/**
 * One child's way to one queue of this process. The queue alone decides, in the order in which questions arrive:
 * an item goes to the child only for a get that waits there, and comes back to its place if the child dies first.
 */
export class QueuePort implements Port {
  readonly #queue: LocalQueue<unknown>;
  readonly #line: Line;
  #isFree = false;
  /** The child's puts and gets that wait, by their tickets. */
  readonly #arrivals = new Map<number, Arrival<unknown>>();
  readonly #takers = new Map<number, Taker<unknown>>();
  /** Sent, or about to be, and not yet known to be consumed; oldest first. */
  readonly #loans = new Fifo<Loan<unknown>>();
  #answers: Ticketed[] = [];
  /** The child is being killed, or has gone. */
  #isGivingNothing = false;
  #isCut = false;
  /** How many calls have named the queue to the child, less those it has forgotten. */
  #uses = 0;

  constructor(queue: LocalQueue<unknown>, line: Line) {
    this.#queue = queue;
    this.#line = line;
    queue.connect(this);
  }

  get isFree(): boolean {
    return this.#isFree;
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
        this.#put(message.items, message.ticket);
        break;
      case 'ask':
        this.#ask(message.ticket, message.question);
        break;
      case 'withdraw':
        this.#withdraw(message.ticket);
        break;
      case 'took':
        for (let left = message.count; left > 0; left--) this.#loans.shift();
        this.#queue.consume(message.count);
        break;
      case 'confirmed':
        this.#isFree = false;
        this.#queue.settle();
        break;
      case 'forgotten':
        this.#uses -= message.times;
        break;
      default:
        message satisfies never;
    }
    this.#flush();
  }

  closing(): void {
    if (this.#isFree) this.#line.send({ kind: 'closing', queue: this.#queue.id });
  }

  /** The child is being killed: nothing more is given to it. */
  stopGiving(): void {
    this.#isGivingNothing = true;
    for (const taker of this.#takers.values()) this.#queue.stopTaking(taker);
    this.#takers.clear();
  }

  /** The child has gone: what it had on loan goes back, what it had put stays. */
  cut(): void {
    this.#isCut = true;
    this.#isFree = false;
    this.stopGiving();
    const loans: Loan<unknown>[] = [];
    for (let loan = this.#loans.shift(); loan !== undefined; loan = this.#loans.shift()) {
      loans.push(loan.value);
    }
    this.#queue.takeBack(loans);
    this.#queue.disconnect(this);
  }

  #put(items: readonly unknown[], firstTicket: number | undefined): void {
    for (const [index, item] of items.entries()) {
      if (firstTicket === undefined) this.#queue.arrive({ item });
      else this.#offer(firstTicket + index, item);
    }
  }

  #offer(ticket: number, item: unknown): void {
    if (this.#queue.isClosed) {
      this.#reply(ticket, { kind: 'closed' });
      return;
    }
    const settle = (kind: 'taken' | 'closed') => {
      this.#arrivals.delete(ticket);
      this.#reply(ticket, { kind });
    };
    const arrival = { item, taken: () => settle('taken'), refused: () => settle('closed') };
    this.#arrivals.set(ticket, arrival);
    this.#queue.arrive(arrival);
    if (this.#queue.isUnbounded) this.#free();
  }

  #ask(ticket: number, question: Question): void {
    const queue = this.#queue;
    switch (question.kind) {
      case 'putNowait':
        if (queue.isClosed) this.#reply(ticket, { kind: 'closed' });
        else if (queue.hasRoom) this.#offer(ticket, question.item);
        else this.#reply(ticket, { kind: 'full' });
        break;
      case 'get':
        if (!this.#isGivingNothing) this.#get(ticket);
        break;
      case 'getNowait': {
        if (this.#isGivingNothing) break;
        const loan = queue.lendNow();
        if (loan !== undefined) this.#give(ticket, loan);
        else this.#reply(ticket, { kind: queue.isEnded ? 'closed' : 'empty' });
        break;
      }
      case 'size':
        this.#reply(ticket, { kind: 'size', ...queue.sizeNow() });
        break;
      case 'close':
        queue.closeNow();
        this.#reply(ticket, { kind: 'closed' });
        break;
      default:
        question satisfies never;
    }
  }

  #get(ticket: number): void {
    if (this.#queue.isEnded) {
      this.#reply(ticket, { kind: 'closed' });
      return;
    }
    const taker: Taker<unknown> = {
      deliver: loan => {
        this.#takers.delete(ticket);
        this.#queue.lend();
        this.#give(ticket, loan);
      },
      end: () => {
        this.#takers.delete(ticket);
        this.#reply(ticket, { kind: 'closed' });
      },
    };
    this.#takers.set(ticket, taker);
    this.#queue.takeWhenever(taker);
  }

  /** What was served while the withdrawal travelled stays so: its answer is on its way. */
  #withdraw(ticket: number): void {
    const taker = this.#takers.get(ticket);
    const arrival = this.#arrivals.get(ticket);
    if (taker === undefined && arrival === undefined) return;
    if (taker !== undefined) this.#queue.stopTaking(taker);
    if (arrival !== undefined) this.#queue.withdraw(arrival);
    this.#takers.delete(ticket);
    this.#arrivals.delete(ticket);
    this.#reply(ticket, { kind: 'withdrawn' });
  }

  #free(): void {
    if (this.#isFree || this.#queue.isClosed) return;
    this.#isFree = true;
    this.#line.send({ kind: 'free', queue: this.#queue.id });
  }

  #give(ticket: number, loan: Loan<unknown>): void {
    this.#loans.push(loan);
    this.#reply(ticket, { kind: 'item', item: loan.item });
  }

  #reply(ticket: number, answer: Answer): void {
    this.#answers.push({ ticket, answer });
    // After the poll phase rather than in a microtask: a loop of puts then fills one message, not one each.
    if (this.#answers.length === 1) setImmediate(() => this.#flush());
  }

  #flush(): void {
    const answers = this.#answers;
    if (answers.length === 0) return;
    this.#answers = [];
    if (this.#isCut) return;
    try {
      this.#send(answers);
    } catch {
      for (const one of answers) this.#sendAlone(one); // an item among them cannot be cloned: find it
    }
  }

  #sendAlone({ ticket, answer }: Ticketed): void {
    try {
      this.#send([{ ticket, answer }]);
    } catch (error) {
      this.#send([{ ticket, answer: { kind: 'unsendable', error: toRecord(error) } }]);
    }
  }

  #send(answers: readonly Ticketed[]): void {
    this.#line.send({ kind: 'answers', queue: this.#queue.id, answers });
  }
}

/** The channel to the child, as far as a port needs it. */
interface Line {
  /** @throws {DataCloneError} for what cannot be sent */
  send(message: QueueToChild): void;
  hold(): void;
  release(): void;
}
