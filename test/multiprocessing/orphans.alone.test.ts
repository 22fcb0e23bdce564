import { expect, test } from 'vitest';
import { Process, Queue, task } from '../../src/multiprocessing/index.js';
import { isRunning } from '../helpers/processes.js';
import { until } from '../helpers/running.js';
import type { parentOfBlocked } from './tasks.js';

const target = task<typeof parentOfBlocked>(new URL('./tasks.js', import.meta.url), 'parentOfBlocked');

test('a parent killed with SIGKILL leaves no worker, also where one blocks its event loop', async () => {
  const pids = new Queue<number[]>();
  const parent = new Process({ target, args: [pids] });
  parent.start();
  const workers = await pids.get();
  expect(workers.filter(isRunning)).toHaveLength(2);
  parent.kill();
  await parent.join();
  await until('the workers are gone', () => workers.filter(isRunning).length === 0);
});
