import { type Command, CommanderError } from 'commander';
import { prepareCheck } from '../copier/check-folder.js';
import { prepareCopy } from '../copier/copy-folder.js';
import { RefusedError } from '../copier/report/errors.js';
import type { CopyEvent } from '../copier/report/events.js';
import { normalizeOptions } from '../copier/request/options.js';
import { offerForkedAhead, type Spare } from '../multiprocessing/fork-ahead.js';
import { COMMAND_OPTIONS, type ParsedOptions } from './command-options.js';
import type { Shell } from './completion/shells.js';
import { differenceLine } from './difference-line.js';
import { escapeText, shownDestination } from './escape.js';
import { exactWords, pathOf } from './exact-words.js';
import { Lines } from './lines.js';
import { noticeOf } from './notices.js';
import { openOutput } from './output.js';
import { makeProgram } from './program.js';
import { chooseView } from './progress/choose-view.js';
import { watchSignals } from './signals.js';
import { checkSummaryOf, summaryOf } from './summary.js';

/**
 * The command. All it says goes to the standard streams.
 * @param argv the words behind the command's name
 * @param spare a worker that has been forked already
 * @returns the exit status
 */
export async function run(argv: readonly string[], spare?: Spare): Promise<number> {
  if (spare !== undefined) offerForkedAhead(spare);
  const program: Command = makeProgram();
  try {
    program.parse(exactWords(argv), { from: 'user' });
    const options = program.opts<ParsedOptions>();
    if (options.quiet && (options.progress === 'bar' || options.progress === 'plain')) {
      program.error(`error: option '-q, --quiet' cannot be used with '--progress ${options.progress}'`);
    }
    if (options.completion !== undefined) return await printCompletion(options.completion);
    const [source, destination] = program.args;
    if (source !== undefined) return await copyOrCheck(source, destination, options);
    if (options.check || !process.stdin.isTTY || !process.stderr.isTTY)
      program.error("error: missing argument 'src'");
    return await askAndCopy(options);
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : USAGE_STATUS;
    if (!(error instanceof RefusedError)) throw error;
    process.stderr.write(`folder-copy: ${escapeText(error.message)}\n`);
    return USAGE_STATUS;
  }
}

const USAGE_STATUS = 2;

async function printCompletion(shell: Shell): Promise<number> {
  const { completionScript } = await import('./completion/completion-script.js');
  const output = openOutput();
  output.write(completionScript(shell, COMMAND_OPTIONS));
  return await output.end(0, false);
}

async function askAndCopy(options: ParsedOptions): Promise<number> {
  const { askForSource } = await import('./ask/ask-for-source.js');
  const asked = await askForSource(options);
  return asked.kind === 'source' ? await copyOrCheck(asked.source, undefined, options) : asked.status;
}

/** @returns the exit status */
async function copyOrCheck(
  source: string,
  destination: string | undefined,
  options: ParsedOptions,
): Promise<number> {
  const { check: isCheck = false, progress, quiet = false, verbose = false, ...copyOptions } = options;
  const level = quiet ? 'quiet' : verbose ? 'verbose' : 'usual';
  const output = openOutput();
  const lines = new Lines(output);
  const view = chooseView(progress, level !== 'usual', output);
  const signals = watchSignals(name => {
    view.print(`folder-copy: ${name}: stopping`);
    // A second signal ends the process at once: the terminal has to be as it was by then.
    void view.close();
  });
  const onEvent = (event: CopyEvent) => {
    const notice = noticeOf(event, source, level);
    if (notice !== undefined) view.print(notice);
    if (event.type !== 'difference' || progress === 'json') return view.event(event);
    // A bar is drawn on the same terminal: the line comes above it.
    if (process.stdout.isTTY && process.stderr.isTTY) return view.print(differenceLine(event));
    return lines.write(differenceLine(event));
  };
  const wantsFiles = verbose || view.wantsFiles;
  try {
    const signal = AbortSignal.any([signals.signal, output.signal]);
    const settings = normalizeOptions({ ...copyOptions, onEvent, wantsFiles, signal });
    const to = destination === undefined ? undefined : pathOf(destination);
    const run = await (isCheck ? prepareCheck : prepareCopy)(pathOf(source), to, settings);
    view.start(run.tally);
    const report = await run.run();
    lines.flush();
    await view.close();
    const shown = destination === undefined ? shownDestination(report) : escapeText(destination);
    // An output that cannot be written has been told of, or has nobody to be told.
    if (report.code !== undefined && !output.signal.aborted) {
      view.print(`folder-copy: ${shown}: ${report.message} (${report.code})`);
    }
    if (!quiet && progress !== 'json') {
      if (!isCheck) output.write(`${options.dryRun ? 'dry run: ' : ''}${summaryOf(report)}\n`);
      else if (!output.signal.aborted) view.print(checkSummaryOf(report, shown));
    }
    return await output.end(report.status, signals.signal.aborted);
  } finally {
    await view.close();
    signals.unwatch();
  }
}
