import { Closed } from '../errors.js';
import type { Question, QueueToChild } from '../messages.js';
import type { QueueEnd, QueueSize } from '../queue/queue-end.js';
import type { Ask, OnAnswer } from './ask.js';
import { RemoteGetter } from './remote-getter.js';
import { RemotePutter } from './remote-putter.js';
import { type RemoteEnd, remoteEnds, sendUp, unflushedEnds } from './upstream.js';

/** A child's line to a queue that lives in its parent. */
export class RemoteQueue implements QueueEnd<unknown>, RemoteEnd {
  readonly #id: number;
  readonly #putter: RemotePutter;
  readonly #getter: RemoteGetter;
  readonly #open = new Map<number, OnAnswer>();
  #tickets = 0;
  #isCut = false;

  constructor(id: number) {
    this.#id = id;
    const ask: Ask = (question, onAnswer) => this.#ask(question, onAnswer);
    this.#putter = new RemotePutter(id, ask);
    this.#getter = new RemoteGetter(id, ask);
    remoteEnds.set(id, this);
  }

  /** Nobody waits for an answer, and nothing is on loan. */
  get isIdle(): boolean {
    return this.#open.size === 0 && this.#putter.isIdle && this.#getter.isIdle;
  }

  put(item: unknown, timeoutMs: number | undefined): Promise<void> {
    unflushedEnds.add(this);
    return this.#putter.put(item, timeoutMs);
  }

  putNowait(item: unknown): Promise<void> {
    return this.#putter.putNowait(item);
  }

  get(timeoutMs: number | undefined): Promise<unknown> {
    return this.#getter.get(timeoutMs);
  }

  getNowait(): Promise<unknown> {
    return this.#getter.getNowait();
  }

  size(): Promise<QueueSize> {
    this.#putter.push(); // what was put before counts
    return new Promise((resolve, reject) => {
      this.#ask({ kind: 'size' }, answer => {
        if (answer.kind === 'size') resolve({ size: answer.size, full: answer.full });
        else reject(parentGone());
      });
    });
  }

  async close(): Promise<void> {
    await this.flush();
    await new Promise<void>(resolve => {
      this.#ask({ kind: 'close' }, () => resolve());
    });
  }

  flush(): Promise<void> | undefined {
    return this.#putter.flush();
  }

  receive(message: QueueToChild): void {
    switch (message.kind) {
      case 'credit':
        this.#putter.credit(message.count);
        break;
      case 'closing':
        this.#putter.close();
        sendUp({ kind: 'confirmed', queue: this.#id });
        break;
      case 'items':
        this.#getter.receive(message.items);
        break;
      case 'unsendable':
        this.#getter.receiveError(message.error);
        break;
      case 'ended':
        this.#getter.end();
        break;
      case 'answer': {
        const onAnswer = this.#open.get(message.ticket);
        this.#open.delete(message.ticket);
        onAnswer?.(message.answer);
        break;
      }
      default:
        message satisfies never;
    }
  }

  cut(): void {
    this.#isCut = true;
    this.#putter.close();
    this.#getter.end();
    for (const onAnswer of this.#open.values()) onAnswer({ kind: 'closed' });
    this.#open.clear();
  }

  /** @throws {DataCloneError} for an offer that cannot be sent; `onAnswer` is then not called */
  #ask(question: Question, onAnswer: OnAnswer): number {
    const ticket = ++this.#tickets;
    if (this.#isCut) {
      queueMicrotask(() => onAnswer({ kind: 'closed' }));
      return ticket;
    }
    sendUp({ kind: 'ask', queue: this.#id, ticket, question });
    this.#open.set(ticket, onAnswer);
    return ticket;
  }
}

function parentGone(): Closed {
  return new Closed('the process that holds the queue has gone');
}
