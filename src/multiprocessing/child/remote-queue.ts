import { Closed } from '../errors.js';
import type { QueueToChild, Ticketed } from '../messages.js';
import type { QueueEnd, QueueSize } from '../queue/queue-end.js';
import { Asks, type Send } from './ask.js';
import type { RemoteEnd } from './remote-ends.js';
import { RemoteGetter } from './remote-getter.js';
import { RemotePutter } from './remote-putter.js';

/** A child's line to a queue that lives in its parent: what is called here is done there, in the order of the calls. */
export class RemoteQueue implements QueueEnd<unknown>, RemoteEnd {
  readonly #id: number;
  readonly #send: Send;
  readonly #asks: Asks;
  readonly #putter: RemotePutter;
  readonly #getter: RemoteGetter;

  constructor(id: number, send: Send) {
    this.#id = id;
    this.#send = send;
    this.#asks = new Asks(id, send);
    this.#putter = new RemotePutter(id, this.#asks, send);
    this.#getter = new RemoteGetter(this.#asks);
  }

  /** Nobody waits for anything. */
  get isIdle(): boolean {
    return this.#asks.isIdle && this.#putter.isIdle;
  }

  put(item: unknown, timeoutMs: number | undefined): Promise<void> {
    return this.#putter.put(item, timeoutMs);
  }

  putNowait(item: unknown): Promise<void> {
    return this.#putter.putNowait(item);
  }

  get(timeoutMs: number | undefined): Promise<unknown> {
    this.flush();
    return this.#getter.get(timeoutMs);
  }

  getNowait(): Promise<unknown> {
    this.flush();
    return this.#getter.getNowait();
  }

  size(): Promise<QueueSize> {
    this.flush();
    return new Promise((resolve, reject) => {
      this.#asks.ask({ kind: 'size' }, undefined, answer => {
        if (answer.kind === 'size') resolve({ size: answer.size, full: answer.full });
        else reject(new Closed('the process that holds the queue has gone'));
      });
    });
  }

  close(): Promise<void> {
    this.#putter.close();
    return new Promise(resolve => {
      this.#asks.ask({ kind: 'close' }, undefined, () => resolve());
    });
  }

  flush(): void {
    this.#putter.push();
  }

  receive(message: QueueToChild): void {
    switch (message.kind) {
      case 'answers':
        this.#receiveAnswers(message.answers);
        break;
      case 'free':
        this.#putter.free();
        break;
      case 'closing':
        this.#putter.close();
        this.#send({ kind: 'confirmed', queue: this.#id });
        break;
      default:
        message satisfies never;
    }
  }

  cut(): void {
    this.#asks.cut();
    this.#putter.close();
  }

  /**
   * `took` is in the hands of the kernel before any get resolves: no item is given out twice, though this process be
   * killed.
   */
  #receiveAnswers(answers: readonly Ticketed[]): void {
    const count = answers.filter(({ answer: { kind } }) => kind === 'item' || kind === 'unsendable').length;
    const settle = () => {
      for (const { ticket, answer } of answers) this.#asks.answer(ticket, answer);
    };
    if (count === 0) settle();
    else this.#send({ kind: 'took', queue: this.#id, count }, settle);
  }
}
