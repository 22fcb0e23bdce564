import { pathToFileURL } from 'node:url';
import type { AnyFunction, Task } from '../task.js';

/** Functions by the names that tasks call them by. */
export type OwnTasks = Readonly<Record<string, AnyFunction>>;

/** What a module exports: that the arguments fit was the parent's to see. */
export type LoadedFunction = (...args: unknown[]) => unknown;

/** The functions that tasks name, each loaded once. */
export class Functions {
  readonly #loaded = new Map<string, LoadedFunction>();

  /** @param own found for tasks that name this process's program as their module */
  constructor(own: OwnTasks) {
    const program = pathToFileURL(process.argv[1] ?? '').href;
    for (const [name, run] of Object.entries(own))
      this.#loaded.set(`${name} ${program}`, run as LoadedFunction);
  }

  /** A promise only the first time, when the module is loaded. */
  of({ module, export: name }: Task): LoadedFunction | Promise<LoadedFunction> {
    return this.#loaded.get(`${name} ${module}`) ?? this.#load(module, name);
  }

  async #load(module: string, name: string): Promise<LoadedFunction> {
    const namespace: Record<string, unknown> = await import(module);
    // A CommonJS module whose exports Node cannot see ahead has them on its default export alone.
    const found = namespace[name] ?? Reflect.get(Object(namespace.default), name);
    if (!isFunction(found)) throw new TypeError(`${module} has no function named ${name} among its exports`);
    this.#loaded.set(`${name} ${module}`, found);
    return found;
  }
}

function isFunction(value: unknown): value is LoadedFunction {
  return typeof value === 'function';
}
