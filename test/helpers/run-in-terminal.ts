import { spawn } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { type CommandOptions, commandEnvironment, commandPath } from './run-command.js';

export interface TerminalOptions extends Omit<CommandOptions, 'input' | 'uid' | 'gid'> {
  columns?: number;
  rows?: number;
  /** typed one after the other, each once what was printed since the last one matches */
  keys?: { after: RegExp; type: string }[];
}

export interface TerminalResult {
  /** 128 + its number where a signal ended the command */
  status: number | null;
  /** everything the terminal was sent, both streams, control sequences and all; lines end in `\r\n` */
  output: string;
}

/** Runs the command under a pseudo-terminal of a given size, by means of util-linux' `script`. */
export async function runInTerminal(
  args: readonly string[],
  options: TerminalOptions = {},
): Promise<TerminalResult> {
  const { columns = 80, rows = 24, keys = [], timeoutMs = 50_000 } = options;
  const command = [process.execPath, options.program ?? commandPath, ...args].map(quoted).join(' ');
  const line = `stty cols ${columns} rows ${rows}; exec ${command}`;
  // The line goes to $SHELL, which need not be one that understands it.
  const child = spawn('script', ['-q', '-e', '-f', '-c', line, '/dev/null'], {
    cwd: options.cwd,
    env: commandEnvironment({ TERM: 'xterm-256color', SHELL: '/bin/sh', ...options.env }),
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let output = '';
  let status: number | null | undefined;
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  child.stdin.on('error', () => {});
  child.once('close', code => (status = code));
  const deadline = Date.now() + timeoutMs;
  let seen = 0;
  let next = 0;
  // Standard input stays open: its end would reach the command as a Ctrl-D.
  while (status === undefined) {
    const key = keys[next];
    if (key?.after.test(output.slice(seen))) {
      seen = output.length;
      next += 1;
      child.stdin.write(key.type);
    }
    if (Date.now() > deadline) {
      child.kill('SIGKILL');
      throw new Error(`no end after ${timeoutMs} ms at the terminal: ${JSON.stringify(output)}`);
    }
    await delay(5);
  }
  return { status, output };
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}
