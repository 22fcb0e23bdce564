import { type ChildProcess, spawn } from 'node:child_process';
import { commandEnvironment } from '../helpers/run-command.js';
import type { Command } from './peers.js';

/**
 * Seconds from the start of a process to its end; one that fails rejects.
 * @param watch is given the process as soon as it runs
 */
export function timed([program, ...args]: Command, watch?: (child: ChildProcess) => void): Promise<number> {
  return new Promise((resolve, reject) => {
    const start = process.hrtime.bigint();
    const child = spawn(program, args, {
      stdio: ['ignore', 'ignore', 'pipe'],
      // Certificates that this names are read at every start of Node 20, ours and the Node peers': not what is timed.
      env: commandEnvironment({ NODE_EXTRA_CA_CERTS: undefined }),
      detached: true, // a group of its own, which ends as a whole where the benchmark is stopped
    });
    const end = (): boolean => child.pid !== undefined && process.kill(-child.pid);
    process.once('exit', end);
    let complaints = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (complaints += text));
    child.once('error', reject);
    child.once('exit', status => {
      process.off('exit', end);
      const seconds = Number(process.hrtime.bigint() - start) / 1e9;
      if (status === 0) resolve(seconds);
      else reject(new Error(`${program} ${args[0]} … ended with ${status}: ${complaints.slice(0, 1000)}`));
    });
    watch?.(child);
  });
}
