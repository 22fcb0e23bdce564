import { fileURLToPath } from 'node:url';
import { inheritedExecArgv } from '../multiprocessing/process/exec-argv.js';
import type { ProcessKind } from '../multiprocessing/process/fork.js';

/** The program of a copy worker; its tasks name it as their module. */
export const WORKER_PROGRAM = new URL('./copy-worker.js', import.meta.url);

/** What a copy worker is forked as. */
export function workerProcess(): ProcessKind {
  return {
    program: fileURLToPath(WORKER_PROGRAM),
    stdio: 'ignore',
    execArgv: inheritedExecArgv(),
    env: environment(),
  };
}

/**
 * Node reads the certificates that NODE_EXTRA_CA_CERTS names at every start, which takes longer than the start itself.
 * The password of a fleet's Redis is nothing for a worker.
 */
function environment(): NodeJS.ProcessEnv {
  const { NODE_EXTRA_CA_CERTS: _, ...others } = process.env;
  const { FOLDER_COPY_REDIS_PASSWORD: _password, FOLDER_COPY_REDIS_PASSWORD_FILE: _file, ...rest } = others;
  return { ...rest, UV_THREADPOOL_SIZE: rest.UV_THREADPOOL_SIZE ?? THREADS };
}

/** How many calls a worker that looks into folders has under way; Node makes the threads when they are first needed. */
const THREADS = '32';
