import { pathToFileURL } from 'node:url';
import type { Call } from '../messages.js';
import type { AnyFunction, Task } from '../task.js';

/** What a module exports: that the arguments fit was the parent's to see. */
type LoadedFunction = (...args: unknown[]) => unknown;

const functions = new Map<string, LoadedFunction>();

/** The function that a task names; a promise only the first time, when its module is loaded. */
export function functionOf({ module, export: name }: Task): LoadedFunction | Promise<LoadedFunction> {
  return functions.get(`${name} ${module}`) ?? load(module, name);
}

/** Functions by the names that tasks call them by. */
export type OwnTasks = Readonly<Record<string, AnyFunction>>;

/** These are found for tasks that name this process's program as their module. */
export function keepOwn(tasks: OwnTasks): void {
  const program = pathToFileURL(process.argv[1] ?? '').href;
  for (const [name, own] of Object.entries(tasks)) functions.set(`${name} ${program}`, own as LoadedFunction);
}

/** The arguments of a call; a promise only where queues are among them and their code is not loaded yet. */
export function argumentsOf(call: Call): readonly unknown[] | Promise<readonly unknown[]> {
  if (call.queues === undefined) return call.args;
  if (attachQueues !== undefined) return attachQueues(call);
  return import('./attach-queues.js').then(loaded => {
    attachQueues = loaded.attachQueues;
    return attachQueues(call);
  });
}

let attachQueues: ((call: Call) => readonly unknown[]) | undefined;

async function load(module: string, name: string): Promise<LoadedFunction> {
  const namespace: Record<string, unknown> = await import(module);
  // A CommonJS module whose exports Node cannot see ahead has them on its default export alone.
  const found = namespace[name] ?? Reflect.get(Object(namespace.default), name);
  if (!isFunction(found)) throw new TypeError(`${module} has no function named ${name} among its exports`);
  functions.set(`${name} ${module}`, found);
  return found;
}

function isFunction(value: unknown): value is LoadedFunction {
  return typeof value === 'function';
}
