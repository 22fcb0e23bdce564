import { Worker } from 'node:worker_threads';

/**
 * Ends this process with its parent, from a thread: the main one may be blocked for as long as its task likes.
 * Plain source text, since that starts without a module loader.
 */
export function watchParent(parent: number): void {
  const source = `setInterval(() => {
    if (process.ppid !== ${parent}) process.kill(process.pid, 'SIGKILL');
  }, ${LOOK_EVERY_MS})`;
  const watchdog = new Worker(source, {
    eval: true,
    execArgv: [], // not the process's own: a loader named there would be loaded a second time
    env: {},
  });
  watchdog.unref();
}

/** How soon after its parent a process ends whose event loop is blocked; a look costs a system call. */
const LOOK_EVERY_MS = 200;
