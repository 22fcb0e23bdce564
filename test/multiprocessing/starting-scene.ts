import { onTestFinished } from 'vitest';
import { Pool, task } from '../../src/multiprocessing/index.js';
import { scratchFolder } from '../helpers/scratch-folder.js';

const program = new URL('./not-starting.js', import.meta.url);
/** A task of the workers that start: waits so many milliseconds and tells its pid. */
export const pidAfter = task<(ms: number) => Promise<number>>(program, 'pidAfter');
/** Another one: waits until all that can start have started. */
export const pidTogether = task<() => Promise<number>>(program, 'pidTogether');

/** A pool of which only so many workers start; the others fail in that way. */
export function poolOf(
  size: number,
  starting: number,
  how: 'hang' | 'exit' | 'abort',
): { pool: Pool; givenUp: Error[] } {
  const givenUp: Error[] = [];
  const pool = new Pool(size, {
    program,
    stdio: 'ignore',
    env: { PLACES: String(starting), PLACE: scratchFolder(), HOW: how },
    onGivenUp: error => givenUp.push(error),
  });
  onTestFinished(() => pool.terminate(0));
  return { pool, givenUp };
}
