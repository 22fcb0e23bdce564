import { afterEach } from 'vitest';
import { Pool, task } from '../../src/multiprocessing/index.js';
import type * as tasks from './tasks.js';

/** The module of the tests' tasks. */
export const module = new URL('./tasks.js', import.meta.url);
export const named = <K extends keyof typeof tasks>(name: K) => task<(typeof tasks)[K]>(module, name);

const pools: Pool[] = [];
afterEach(async () => {
  await Promise.all(pools.splice(0).map(pool => pool.terminate(0)));
});

/** A pool that is terminated after the test. */
export function makePool(...[size, options]: ConstructorParameters<typeof Pool>): Pool {
  const pool = new Pool(size, options);
  pools.push(pool);
  return pool;
}

/** All results, in the order in which they come. */
export async function collect<T>(results: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const result of results) list.push(result);
  return list;
}
