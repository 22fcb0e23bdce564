import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type CommandResult, commandEnvironment, commandPath } from '../helpers/run-command.js';
import { scratchFolder } from '../helpers/scratch-folder.js';

/** The command's words, for a shell. */
export const command = [process.execPath, commandPath].map(quoted).join(' ');

export function quoted(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}

/** Runs a line of shell: for limits, closed streams, pipes and tracers around the command. */
export function runShell(line: string, timeoutMs = 50_000): Promise<CommandResult> {
  const child = spawn('sh', ['-c', line], {
    env: commandEnvironment(),
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const written = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (written.stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (written.stderr += text));
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
      reject(new Error(`no end after ${timeoutMs} ms: ${JSON.stringify(written)}`));
    }, timeoutMs);
    child.once('error', reject);
    child.once('close', (status, signal) => {
      clearTimeout(timer);
      resolve({ status, signal, ...written });
    });
  });
}

/**
 * Runs the command under strace with system calls made to fail; only those that name or use one of `paths`.
 * @param inject as strace takes it: `pwritev:error=EIO:when=1`
 * @throws where no call was met: then nothing is shown
 */
export async function runWithFaults(
  inject: readonly string[],
  paths: readonly string[],
  args: readonly string[],
): Promise<CommandResult> {
  const calls = inject.map(fault => fault.slice(0, fault.indexOf(':'))).join(',');
  const log = join(scratchFolder(), 'calls');
  const options = [
    ...['-f', '--seccomp-bpf', '-qq', '-o', log, '-e', `trace=${calls}`],
    ...inject.flatMap(fault => ['-e', `inject=${fault}`]),
    ...paths.flatMap(path => ['-P', path]),
  ];
  const line = ['strace', ...options, '--'].map(quoted).join(' ');
  const result = await runShell(`${line} ${command} ${args.map(quoted).join(' ')}`);
  if (!readFileSync(log, 'latin1').includes('(INJECTED)')) throw new Error(`no ${calls} was met`);
  return { ...result, stderr: result.stderr.replace(/^strace: .*\n/gm, '') };
}
