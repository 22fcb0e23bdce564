import { type Command, CommanderError } from 'commander';
import { prepareCopy } from '../copier/copy-folder.js';
import { RefusedError } from '../copier/errors.js';
import type { CopyEvent, FileEvent } from '../copier/events.js';
import type { Tally } from '../copier/tally.js';
import type { ParsedOptions } from './command-options.js';
import type { Shell } from './completion/shells.js';
import { escapeText, shownDestination, shownPath } from './escape.js';
import { exactWords, pathOf } from './exact-words.js';
import { openOutput } from './output.js';
import { makeProgram } from './program.js';
import { PlainErrors, type View } from './progress/view.js';
import { watchSignals } from './signals.js';
import { summaryOf } from './summary.js';

/**
 * The command. All it says goes to the standard streams.
 * @param argv the words behind the command's name
 * @returns the exit status
 */
export async function run(argv: readonly string[]): Promise<number> {
  const program: Command = makeProgram();
  try {
    program.parse(exactWords(argv), { from: 'user' });
    const options = program.opts<ParsedOptions>();
    if (options.completion !== undefined) return await printCompletion(options.completion);
    const [source, destination] = program.args;
    if (source !== undefined) return await copy(source, destination, options);
    if (!process.stdin.isTTY || !process.stderr.isTTY) program.error("error: missing argument 'src'");
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
  output.write(completionScript(shell));
  return (await output.end()) ?? 0;
}

async function askAndCopy(options: ParsedOptions): Promise<number> {
  const { askForSource } = await import('./ask/ask-for-source.js');
  const asked = await askForSource(options);
  return asked.kind === 'source' ? await copy(asked.source, undefined, options) : asked.status;
}

async function copy(
  source: string,
  destination: string | undefined,
  options: ParsedOptions,
): Promise<number> {
  const { quiet = false, verbose = false, ...copyOptions } = options;
  let view: View | undefined;
  const output = openOutput();
  const signals = watchSignals(name => view?.print(`folder-copy: ${name}: stopping`));
  const onEvent = (event: CopyEvent) => {
    view?.event(event);
    if (event.type === 'error') {
      view?.print(`folder-copy: ${shownIn(source, event)}: ${escapeText(event.message)} (${event.code})`);
    } else if (event.type === 'file' && !quiet && (verbose || isLeftOut(event))) {
      view?.print(`${event.how} ${shownIn(source, event)}`);
    }
  };
  try {
    const signal = AbortSignal.any([signals.signal, output.signal]);
    const run = prepareCopy(pathOf(source), destination === undefined ? undefined : pathOf(destination), {
      ...copyOptions,
      onEvent,
      signal,
    });
    view = await chooseView(run.tally, quiet || verbose);
    const report = await run.run();
    view.close();
    if (report.code !== undefined) {
      const where = destination === undefined ? shownDestination(report) : escapeText(destination);
      view.print(`folder-copy: ${where}: ${report.message} (${report.code})`);
    }
    if (!quiet) output.write(`${options.dryRun ? 'dry run: ' : ''}${summaryOf(report)}\n`);
    return (await output.end()) ?? report.status;
  } finally {
    view?.close();
    signals.unwatch();
  }
}

/** A socket, a device, a FIFO that cannot be made: skipped, though nobody asked for that. */
function isLeftOut({ how, notKept }: FileEvent): boolean {
  return how === 'skipped' && notKept !== undefined;
}

/** Errors name the source as it was typed. */
function shownIn(source: string, event: Parameters<typeof shownPath>[0]): string {
  const path = shownPath(event);
  const root = escapeText(source);
  return path === '' ? root : `${root.replace(/\/+$/, '')}/${path}`;
}

/** Loaded only when it is drawn: the bar's packages take longer to load than a small folder to copy. */
async function chooseView(tally: Tally, isSilent: boolean): Promise<View> {
  if (isSilent || !process.stderr.isTTY || process.env.TERM === 'dumb') return new PlainErrors();
  const { BarView } = await import('./progress/bar.js');
  return new BarView(tally);
}
