import { type Command, CommanderError } from 'commander';
import { isRefusal } from '../copier/report/errors.js';
import type { Spare } from '../multiprocessing/process/spare.js';
import { COMMAND_OPTIONS, type ParsedOptions } from './arguments/command-options.js';
import { makeProgram } from './arguments/program.js';
import type { Shell } from './arguments/shells.js';
import { copyOrCheck } from './copy-or-check.js';
import { type Ending, endAs, leaveStreams, sayUncaught } from './ending/ending.js';
import { openOutput } from './output/output.js';
import { printLine } from './output/print-line.js';
import type { ProgressKind } from './progress/choose-view.js';
import type { Surroundings } from './surroundings.js';
import { escapeText } from './text/escape.js';
import { exactWords } from './text/exact-words.js';
import { inLocale } from './text/locale.js';

/**
 * The command, to its end. All it says goes to the standard streams.
 * @param argv the words behind the command's name
 * @param ignored the signals that it was started to ignore
 * @param spare a worker that has been forked already
 */
export async function run(
  argv: readonly string[],
  ignored: ReadonlySet<string>,
  spare: Spare | undefined,
): Promise<void> {
  process.once('exit', leaveStreams);
  process.once('uncaughtExceptionMonitor', sayUncaught);
  endAs(await obey(argv, { output: openOutput(), ignored, spare }));
}

async function obey(argv: readonly string[], surroundings: Surroundings): Promise<Ending> {
  const { output } = surroundings;
  const program: Command = makeProgram(text => output.write(inLocale(text)));
  try {
    program.parse(exactWords(argv), { from: 'user' });
    const options = program.opts<ParsedOptions>();
    if (options.quiet && LOUD.has(options.progress)) {
      program.error(`error: option '-q, --quiet' cannot be used with '--progress ${options.progress}'`);
    }
    if (options.completion !== undefined) return await printCompletion(options.completion, surroundings);
    if (options.join !== undefined) {
      const { join } = await import('./join.js');
      return await join(program, surroundings);
    }
    if (options.root !== undefined) program.error("error: option '--root <path>' belongs to '--join'");
    const [source, destination] = program.args;
    if (source !== undefined) return await copyOrCheck(source, destination, options, surroundings);
    if (options.check || !process.stdin.isTTY || !process.stderr.isTTY)
      program.error("error: missing argument 'src'");
    return await askAndCopy(options, surroundings);
  } catch (error) {
    // Help or version: printed by now.
    if (error instanceof CommanderError && error.exitCode === 0) return await output.end(0);
    if (error instanceof CommanderError) return USAGE_STATUS;
    if (!isRefusal(error)) throw error;
    printLine(`folder-copy: ${escapeText(error.message)}`);
    return USAGE_STATUS;
  }
}

/** What `-q` contradicts. */
const LOUD: ReadonlySet<ProgressKind> = new Set(['bar', 'panel', 'plain']);
const USAGE_STATUS = 2;

async function printCompletion(shell: Shell, { output }: Surroundings): Promise<Ending> {
  const { completionScript } = await import('./completion/completion-script.js');
  output.write(completionScript(shell, COMMAND_OPTIONS));
  return await output.end(0);
}

async function askAndCopy(options: ParsedOptions, surroundings: Surroundings): Promise<Ending> {
  const { askForSource } = await import('./ask/ask-for-source.js');
  const asked = await askForSource(options);
  return asked.kind === 'source'
    ? await copyOrCheck(asked.source, undefined, options, surroundings)
    : asked.ending;
}
