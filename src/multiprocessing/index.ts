// What `folder-copy/multiprocessing` exports: processes, queues and pools.

export { serve } from './child/serve.js';
export { Closed, Empty, Full, StateError, Terminated, WorkerLostError, WorkerStartError } from './errors.js';
export { type ApplyOptions, type ImapOptions, Pool, type PoolOptions } from './pool/pool.js';
export { Process, type ProcessOptions } from './process/process.js';
export { Queue, type WaitOptions } from './queue/queue.js';
export { type AnyFunction, type ItemOf, type ResultOf, type Task, task } from './task.js';
