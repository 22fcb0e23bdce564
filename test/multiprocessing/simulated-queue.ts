import { RemoteQueue } from '../../src/multiprocessing/child/remote-queue.js';
import type { QueueFromChild, QueueToChild } from '../../src/multiprocessing/messages.js';
import { LocalQueue } from '../../src/multiprocessing/queue/local-queue.js';
import type { QueueEnd } from '../../src/multiprocessing/queue/queue-end.js';
import { QueuePort } from '../../src/multiprocessing/queue/queue-port.js';

/** Number 0 is the process that made the queue, the others are its children. */
export type Actor = number;

interface Sent {
  readonly message: QueueFromChild;
  readonly then: (error: Error | null) => void;
}

/** A child of the simulation: its line to the queue, and what is on its way in between. */
class Child {
  readonly end: RemoteQueue;
  readonly port: QueuePort;
  /** Sent, and not yet in the hands of the kernel: lost where the child is killed. */
  readonly #unwritten: Sent[] = [];
  /** What the parent has still to read, and what the child has. */
  readonly #up: QueueFromChild[] = [];
  readonly #down: QueueToChild[] = [];
  isKilled = false;
  #isCut = false;

  constructor(queue: LocalQueue<unknown>) {
    this.end = new RemoteQueue(queue.id, (message, then = () => {}) => {
      if (!this.isKilled) this.#unwritten.push({ message: structuredClone(message), then });
    });
    this.port = new QueuePort(queue, {
      send: message => void this.#down.push(structuredClone(message)),
      hold: () => {},
      release: () => {},
    });
  }

  /** Each does one step, where there is one to do. */
  write(): boolean {
    const sent = this.isKilled ? undefined : this.#unwritten.shift();
    if (sent === undefined) return false;
    this.#up.push(sent.message);
    sent.then(null);
    return true;
  }

  readUp(): boolean {
    const message = this.#up.shift();
    if (message !== undefined) {
      this.port.receive(message);
      return true;
    }
    if (!this.isKilled || this.#isCut) return false;
    this.#isCut = true;
    this.port.cut();
    return true;
  }

  readDown(): boolean {
    const message = this.isKilled ? undefined : this.#down.shift();
    if (message === undefined) return false;
    this.end.receive(message);
    return true;
  }
}

/** A queue and the lines of some children to it, in one process: every message waits until it is told to move. */
export class SimulatedQueue {
  readonly local: LocalQueue<unknown>;
  readonly #children: readonly Child[];

  constructor(maxSize: number, children: number) {
    this.local = new LocalQueue(maxSize);
    this.#children = Array.from({ length: children }, () => new Child(this.local));
  }

  end(actor: Actor): QueueEnd<unknown> {
    return this.#children[actor - 1]?.end ?? this.local;
  }

  isAlive(actor: Actor): boolean {
    return this.#children[actor - 1]?.isKilled !== true;
  }

  /** @param isKnown whether the parent has sent the signal */
  kill(actor: Actor, isKnown: boolean): void {
    const child = this.#children[actor - 1];
    if (child === undefined) return;
    child.isKilled = true;
    if (isKnown) child.port.stopGiving();
  }

  move(actor: Actor, way: 'write' | 'readUp' | 'readDown'): boolean {
    return this.#children[actor - 1]?.[way]() ?? false;
  }

  /** One message of each kind, as far as there are any. */
  moveAll(): boolean {
    let isMoved = false;
    for (const child of this.#children) {
      for (const way of ['write', 'readUp', 'readDown'] as const) isMoved = child[way]() || isMoved;
    }
    return isMoved;
  }
}
