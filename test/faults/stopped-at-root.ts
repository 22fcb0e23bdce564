import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CommandResult } from '../helpers/run-command.js';
import { until } from '../helpers/running.js';
import { scratchFolder } from '../helpers/scratch-folder.js';
import { quoted, runShell } from './run-shell.js';

/** Runs a copy of one file, and waits until its worker has stopped as it finishes the root, which has its last name by then. */
export async function stoppedAtRoot(
  line: string,
): Promise<{ run: Promise<CommandResult>; goOn: () => void }> {
  const log = join(scratchFolder(), 'calls');
  // The worker's first call of that name gives the file its times, its second one the root.
  const stop = 'trace=utimensat -e inject=utimensat:signal=SIGSTOP:when=2';
  const run = runShell(`strace -f -qq -o ${quoted(log)} -e ${stop} -- ${line}`);
  const stopped = (): string[] =>
    existsSync(log)
      ? (readFileSync(log, 'latin1').match(/^\d+(?=.* --- stopped by SIGSTOP ---$)/gm) ?? [])
      : [];
  await until('the worker is stopped', () => stopped().length > 0);
  return { run, goOn: () => void process.kill(Number(stopped()[0]), 'SIGCONT') };
}
