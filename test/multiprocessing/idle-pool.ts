import { Pool, task } from '../../src/multiprocessing/index.js';
import type { double } from './tasks.js';

// A program that uses a pool and says nothing about its end.

const pool = new Pool(2);
const result = await pool.applyAsync(
  task<typeof double>(new URL('./tasks.js', import.meta.url), 'double'),
  [21],
);
console.log(JSON.stringify({ result, pid: pool.pids[0] }));
