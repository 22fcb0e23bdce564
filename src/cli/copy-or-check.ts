import { prepareCheck } from '../copier/check-folder.js';
import { prepareCopy } from '../copier/copy-folder.js';
import type { CopyEvent } from '../copier/report/events.js';
import { isExposed } from '../copier/request/fleet-address.js';
import { normalizeOptions } from '../copier/request/normalize-options.js';
import type { ParsedOptions } from './arguments/command-options.js';
import { differenceLine } from './difference-line.js';
import { type Ending, endingOf } from './ending/ending.js';
import { StopSignals } from './ending/signals.js';
import { exposedNotice, fewerWorkersNotice, Notices, ownersNotice } from './notices.js';
import { Lines } from './output/lines.js';
import { chooseView } from './progress/choose-view.js';
import { checkSummaryOf, summaryOf } from './summary.js';
import type { Surroundings } from './surroundings.js';
import { escapeText, shownDestination } from './text/escape.js';
import { pathOf } from './text/exact-words.js';
import { inLocale } from './text/locale.js';

/** Copies, really or dry, or compares, and shows how it goes. @throws {RefusedError} */
export async function copyOrCheck(
  source: string,
  destination: string | undefined,
  options: ParsedOptions,
  { output, ignored, spare }: Surroundings,
): Promise<Ending> {
  const { check: isCheck = false, progress, quiet = false, verbose = false, ...others } = options;
  const { join: _, root: __, ...copyOptions } = others;
  const level = quiet ? 'quiet' : verbose ? 'verbose' : 'usual';
  const lines = new Lines(output);
  const view = chooseView(progress, level !== 'usual', output);
  const signals = new StopSignals(ignored, name => {
    view.print(`folder-copy: ${name}: stopping`);
    void view.close();
  });
  const notices = new Notices(level, options.dryRun === true, source, destination);
  const onEvent = (event: CopyEvent) => {
    const notice = notices.of(event);
    if (notice !== undefined) view.print(notice);
    if (event.type !== 'difference' || progress === 'json') return view.event(event);
    // A bar is drawn on the same terminal: the line comes above it.
    if (process.stdout.isTTY && process.stderr.isTTY) return view.print(differenceLine(event));
    return lines.write(inLocale(differenceLine(event)));
  };
  const onGivenUp = (error: Error) => {
    if (!quiet) view.print(fewerWorkersNotice(error));
  };
  const wants = { wantsFiles: verbose || view.wantsFiles, tellsBegin: view.showsWorkers };
  try {
    const signal = AbortSignal.any([signals.signal, output.signal]);
    const settings = normalizeOptions({ ...copyOptions, onEvent, ...wants, onGivenUp, signal, spare });
    const to = destination === undefined ? undefined : pathOf(destination);
    const run = await (isCheck ? prepareCheck : prepareCopy)(pathOf(source), to, settings);
    if (settings.fleet !== undefined && isExposed(settings.fleet))
      view.print(exposedNotice(settings.fleet.shown));
    signals.watch();
    view.start(run.tally);
    const report = await run.run();
    lines.flush();
    await view.close();
    const shown = destination === undefined ? shownDestination(report) : escapeText(destination);
    // An error of standard output has been reported by now, or nobody is left to read it.
    if (report.code !== undefined && !output.signal.aborted) {
      view.print(`folder-copy: ${shown}: ${report.message} (${report.code})`);
    }
    const owners = quiet ? undefined : ownersNotice(report.notKept);
    if (owners !== undefined && !output.signal.aborted) view.print(owners);
    if (!quiet && progress !== 'json') {
      if (!isCheck) output.write(inLocale(`${options.dryRun ? 'dry run: ' : ''}${summaryOf(report)}\n`));
      else if (!output.signal.aborted) view.print(checkSummaryOf(report, shown));
    }
    return await output.end(endingOf(report), signals.signal.aborted);
  } finally {
    await view.close();
    signals.unwatch();
  }
}
