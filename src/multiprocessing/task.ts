import { isAbsolute } from 'node:path';
import { pathToFileURL } from 'node:url';

// How a function is named, so that another process can find and run it.

declare const signature: unique symbol;

/** Any function that can stand behind a task. */
export type AnyFunction = (...args: never[]) => unknown;

/** An exported function named by its module and export, so that another process can find it. */
export interface Task<F extends AnyFunction = AnyFunction> {
  /** The module's file URL, as a string. */
  readonly module: string;
  readonly export: string;
  /** Never present; carries the function's type. */
  readonly [signature]?: F;
}

/** What `map` gives to each call; a function without parameters takes no notice of it. */
export type ItemOf<F extends AnyFunction> = Parameters<F> extends [] ? unknown : Parameters<F>[0];

/** What a task's promise resolves with. */
export type ResultOf<F extends AnyFunction> = Awaited<ReturnType<F>>;

/**
 * Name an exported function, to be run in another process.
 * Arguments and result must be structured-cloneable; a `Queue` may stand in the arguments.
 * @param module a file URL, a `file:` string or an absolute path
 * @throws {TypeError} for any other module, or an empty export name
 */
export function task<F extends AnyFunction>(module: URL | string, exportName: string): Task<F> {
  if (typeof exportName !== 'string' || exportName === '') {
    throw new TypeError(`a task needs the name of an export, got ${String(exportName)}`);
  }
  return { module: fileUrl(module, "a task's module").href, export: exportName };
}

/** @throws {TypeError} for anything but a file URL, a `file:` string or an absolute path */
export function fileUrl(file: URL | string, what: string): URL {
  const text = file instanceof URL ? file.href : file;
  if (text.startsWith('file:')) return new URL(text);
  if (isAbsolute(text)) return pathToFileURL(text);
  throw new TypeError(`${what} must be a file URL or an absolute path, got ${text}`);
}
