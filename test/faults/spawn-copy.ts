import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { CopyEvent, FileEvent } from '../../src/copier/report/events.js';
import { killIfThere, processesMarked } from '../helpers/processes.js';
import { fromRoot } from '../helpers/project-root.js';
import { commandEnvironment } from '../helpers/run-command.js';

/** A copy in processes of its own, and what it has told so far. */
export interface SpawnedCopy {
  child: ChildProcess;
  events: CopyEvent[];
  finished: Promise<{ status: number | null; signal: NodeJS.Signals | null; stderr: string }>;
  processes(): number[];
}

export function spawnCopy(args: readonly string[], wrapper: readonly string[] = []): SpawnedCopy {
  const mark = randomUUID();
  const [command = '', ...rest] = [...wrapper, process.execPath, program, ...args];
  const child = spawn(command, rest, {
    env: commandEnvironment({ [markName]: mark }),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const events: CopyEvent[] = [];
  let unread = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    const lines = (unread + text).split('\n');
    unread = lines.pop() ?? '';
    events.push(...lines.map(line => JSON.parse(line) as CopyEvent));
  });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const processes = () => processesMarked(markName, mark).filter(pid => !isTracer(pid));
  const finished = new Promise<Awaited<SpawnedCopy['finished']>>((resolve, reject) => {
    const timer = setTimeout(() => {
      for (const pid of processes()) killIfThere(pid, 'SIGKILL');
      reject(new Error(`no end after ${longestRunMs} ms; last event ${JSON.stringify(events.at(-1))}`));
    }, longestRunMs);
    child.once('error', reject);
    child.once('close', (status, signal) => {
      clearTimeout(timer);
      resolve({ status, signal, stderr });
    });
  });
  finished.catch(() => {});
  return { child, events, finished, processes };
}

export const isFile = (event: CopyEvent): event is FileEvent => event.type === 'file';

function isTracer(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/comm`, 'latin1').trim() === 'strace';
  } catch {
    return true; // it has ended
  }
}

const program = fromRoot('dist/test/faults/copy-program.js');
const markName = 'FOLDER_COPY_TEST_RUN';
/** Five times what is measured on an idle machine, and more. */
export const longestRunMs = 60_000;
