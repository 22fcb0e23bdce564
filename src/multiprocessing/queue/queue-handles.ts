import type { Call, QueueAt } from '../messages.js';
import type { AnyFunction, Task } from '../task.js';
import { LocalQueue } from './local-queue.js';
import { Queue, queueEnd } from './queue.js';

/**
 * Takes the queues out of a task's arguments, wherever they stand in arrays and plain objects.
 * @param attach told of each queue, so that the child's messages find it
 * @throws {TypeError} for a queue of another process: it is that process's to pass on
 */
export function toCall<F extends AnyFunction>(
  task: Task<F>,
  args: readonly unknown[],
  attach: (queue: LocalQueue<unknown>) => void,
): Call {
  const queues: QueueAt[] = [];
  const seen = new Map<object, unknown>();

  function strip(value: unknown, path: readonly (string | number)[]): unknown {
    if (typeof value !== 'object' || value === null) return value;
    if (value instanceof Queue) {
      const end = queueEnd(value);
      if (!(end instanceof LocalQueue))
        throw new TypeError('a queue can be passed on only by the process that made it');
      attach(end);
      queues.push({ queue: end.id, path });
      return undefined;
    }
    if (seen.has(value)) return seen.get(value);
    seen.set(value, value); // a ring ends here
    const stripped = Array.isArray(value)
      ? stripArray(value, path)
      : isPlainObject(value)
        ? stripObject(value, path)
        : value;
    seen.set(value, stripped);
    return stripped;
  }

  // Copies are made only on the way to a queue: all else is sent as it is.
  function stripArray(array: readonly unknown[], path: readonly (string | number)[]): readonly unknown[] {
    let copy: unknown[] | undefined;
    for (let index = 0; index < array.length; index++) {
      const value = array[index]; // by index: a map's items may be a million
      if (typeof value !== 'object' || value === null) continue;
      const stripped = strip(value, [...path, index]);
      if (stripped === value) continue;
      copy ??= [...array];
      copy[index] = stripped;
    }
    return copy ?? array;
  }

  function stripObject(
    object: Record<string, unknown>,
    path: readonly (string | number)[],
  ): Record<string, unknown> {
    let copy: Record<string, unknown> | undefined;
    for (const [key, value] of Object.entries(object)) {
      if (typeof value !== 'object' || value === null) continue;
      const stripped = strip(value, [...path, key]);
      if (stripped === value) continue;
      copy ??= { ...object };
      copy[key] = stripped;
    }
    return copy ?? object;
  }

  const named = { module: task.module, export: task.export };
  const stripped = stripArray(args, []);
  return queues.length === 0 ? { task: named, args: stripped } : { task: named, args: stripped, queues };
}

function isPlainObject(value: object): value is Record<string, unknown> {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
