import type { Call } from '../messages.js';
import { Queue } from '../queue.js';
import { RemoteQueue } from '../remote-queue.js';

const queues = new Map<number, Queue>();

/** The arguments of a call with its queues back in their places; the same queue is the same object every time. */
export function attachQueues(call: Call): readonly unknown[] {
  const args = [...call.args];
  for (const { queue, path } of call.queues ?? []) {
    let handle = queues.get(queue);
    if (handle === undefined) {
      handle = new Queue(new RemoteQueue(queue));
      queues.set(queue, handle);
    }
    place(args, path, handle);
  }
  return args;
}

function place(root: unknown, path: readonly (string | number)[], queue: Queue): void {
  let holder = root;
  for (const step of path.slice(0, -1)) holder = Reflect.get(Object(holder), step);
  const last = path.at(-1);
  if (last !== undefined) Reflect.set(Object(holder), last, queue);
}
