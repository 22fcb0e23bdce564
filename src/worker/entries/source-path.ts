import { closeSync, openSync } from 'node:fs';
import { type BytePath, native } from '../../files/byte-path.js';
import { O_PATH } from '../../files/system/descriptor-paths.js';
import type { WorkerContext } from '../context/worker-context.js';

/**
 * An entry of the source by a path that the calls for attributes take: where links are followed, they take only an open
 * one's for what is behind it.
 */
export function withSourcePath<T>(
  { source, settings }: WorkerContext,
  folder: BytePath,
  name: string,
  use: (path: string) => T,
): T {
  const path = source.at(folder) + name;
  if (!settings.dereference) return use(path);
  const descriptor = openSync(native(path), O_PATH);
  try {
    return use(`/proc/self/fd/${descriptor}`);
  } finally {
    closeSync(descriptor);
  }
}
