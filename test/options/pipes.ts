import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, constants, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { shell } from '../helpers/shell.js';

/** A pipe that can be written to: somebody has it open for reading, and takes nothing. */
export function pipe(place: string, name = 'pipe'): { path: string; close: () => void } {
  const path = join(place, name);
  shell(place, `mkfifo ${name}`);
  const descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  return { path, close: () => closeSync(descriptor) };
}

/** A pipe that is full, and that nobody reads. */
export function fullPipe(place: string): string {
  const { path, close } = pipe(place);
  onTestFinished(close);
  const descriptor = openSync(path, constants.O_WRONLY | constants.O_NONBLOCK);
  try {
    for (;;) writeSync(descriptor, Buffer.alloc(4096));
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EAGAIN')) throw error;
  } finally {
    closeSync(descriptor);
  }
  return path;
}

/** A program that reads records from a pipe. */
export function reader(
  place: string,
  command: string,
  name?: string,
): { path: string; child: ChildProcess; closed: Promise<unknown> } {
  const { path, close } = pipe(place, name);
  const child = spawn('sh', ['-c', `exec ${command} < '${path}'`], { cwd: place });
  child.once('exit', close);
  onTestFinished(() => void child.kill('SIGKILL'));
  return { path, child, closed: new Promise(resolve => child.once('close', resolve)) };
}
