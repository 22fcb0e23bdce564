import type { Call } from '../messages.js';
import { Queue } from '../queue/queue.js';
import { sendUp } from './channel.js';
import type { RemoteEnds } from './remote-ends.js';
import { RemoteQueue } from './remote-queue.js';

/** The parent's queues that calls have named; a worker sees them come and go, and forgets what no task holds. */
export class AttachedQueues {
  readonly #ends: RemoteEnds;
  readonly #known = new Map<number, Known>();
  readonly #dropped = new FinalizationRegistry<number>(id => this.#forget(id));

  constructor(ends: RemoteEnds) {
    this.#ends = ends;
  }

  /** The arguments of a call with its queues back in their places; the same queue is the same object every time. */
  attach(call: Call): readonly unknown[] {
    const args = [...call.args];
    for (const { queue, path } of call.queues ?? []) place(args, path, this.#handleOf(queue));
    return args;
  }

  #handleOf(id: number): Queue {
    const known = this.#known.get(id);
    const times = (known?.times ?? 0) + 1;
    const handle = known?.handle.deref();
    if (known !== undefined && handle !== undefined) {
      this.#known.set(id, { ...known, times });
      return handle;
    }
    const end = known?.end ?? new RemoteQueue(id, sendUp);
    const made = new Queue(end);
    this.#ends.add(id, end);
    this.#known.set(id, { end, handle: new WeakRef(made), times });
    this.#dropped.register(made, id);
    return made;
  }

  #forget(id: number): void {
    const known = this.#known.get(id);
    if (known === undefined || known.handle.deref() !== undefined || !known.end.isIdle) return;
    this.#known.delete(id);
    this.#ends.delete(id);
    sendUp({ kind: 'forgotten', queue: id, times: known.times });
  }
}

/** A queue as this process knows it; its handle lives as long as a task holds it. */
interface Known {
  readonly end: RemoteQueue;
  readonly handle: WeakRef<Queue>;
  /** How many calls have named it. */
  readonly times: number;
}

function place(root: unknown, path: readonly (string | number)[], queue: Queue): void {
  let holder = root;
  for (const step of path.slice(0, -1)) holder = Reflect.get(Object(holder), step);
  const last = path.at(-1);
  if (last !== undefined) Reflect.set(Object(holder), last, queue);
}
