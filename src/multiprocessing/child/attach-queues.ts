import type { Call } from '../messages.js';
import { Queue } from '../queue/queue.js';
import { RemoteQueue } from './remote-queue.js';
import { remoteEnds, sendUp } from './upstream.js';

/** A queue as this process knows it; its handle lives as long as a task holds it. */
interface Known {
  readonly end: RemoteQueue;
  handle: WeakRef<Queue>;
  /** How many calls have named it. */
  times: number;
}

const known = new Map<number, Known>();
const dropped = new FinalizationRegistry<number>(forget);

/** The arguments of a call with its queues back in their places; the same queue is the same object every time. */
export function attachQueues(call: Call): readonly unknown[] {
  const args = [...call.args];
  for (const { queue, path } of call.queues ?? []) place(args, path, handleOf(queue));
  return args;
}

function handleOf(id: number): Queue {
  let entry = known.get(id);
  let handle = entry?.handle.deref();
  if (entry === undefined || handle === undefined) {
    const end = entry?.end ?? new RemoteQueue(id);
    handle = new Queue(end);
    entry = { end, handle: new WeakRef(handle), times: entry?.times ?? 0 };
    known.set(id, entry);
    dropped.register(handle, id);
  }
  entry.times += 1;
  return handle;
}

/** A worker sees queues come and go; without this, each would stay for as long as the worker lives. */
function forget(id: number): void {
  const entry = known.get(id);
  if (entry === undefined || entry.handle.deref() !== undefined || !entry.end.isIdle) return;
  known.delete(id);
  remoteEnds.delete(id);
  sendUp({ kind: 'forgotten', queue: id, times: entry.times });
}

function place(root: unknown, path: readonly (string | number)[], queue: Queue): void {
  let holder = root;
  for (const step of path.slice(0, -1)) holder = Reflect.get(Object(holder), step);
  const last = path.at(-1);
  if (last !== undefined) Reflect.set(Object(holder), last, queue);
}
