import { checkFolder } from '../copier/check/check-folder.js';
import type { CheckListener, CheckReport } from '../copier/check/check-report.js';
import { eventDestination, eventPath } from '../copier/report/events.js';
import { count, formatBytes, formatSeconds } from '../units.js';
import type { ParsedOptions } from './command-options.js';
import { differenceLine } from './difference-line.js';
import { escapeText, shownDestination } from './escape.js';
import { pathOf } from './exact-words.js';
import { Lines } from './lines.js';
import { noticeOf } from './notices.js';
import { openOutput } from './output.js';
import { printLine } from './progress/view.js';
import { watchSignals } from './signals.js';

/**
 * `--check`: differences go to standard output, a line each and nothing else there; failures and the summary to
 * standard error.
 * @returns the exit status
 */
export async function check(
  source: string,
  destination: string | undefined,
  { check: _, quiet, ...checkOptions }: ParsedOptions,
): Promise<number> {
  const output = openOutput();
  const lines = new Lines(output);
  const signals = watchSignals(name => printLine(`folder-copy: ${name}: stopping`));
  const listener: CheckListener = {
    difference: (path, difference) => lines.write(differenceLine(path, difference)),
    failure: (path, failure) => {
      const notice = noticeOf(
        { type: 'error', ...eventPath(path), ...failure, attempts: 1 },
        source,
        'quiet',
      );
      if (notice !== undefined) printLine(notice);
    },
  };
  try {
    const signal = AbortSignal.any([signals.signal, output.signal]);
    const to = destination === undefined ? undefined : pathOf(destination);
    const report = await checkFolder(pathOf(source), to, { ...checkOptions, signal }, listener);
    lines.flush();
    const shown =
      destination === undefined
        ? shownDestination(eventDestination(report.destination))
        : escapeText(destination);
    if (signals.signal.aborted) {
      printLine(`folder-copy: ${shown}: stopped before everything was compared (${report.stopped?.code})`);
    }
    if (!quiet && !output.signal.aborted) printLine(summaryOf(report, shown));
    return await output.end(report.status, signals.signal.aborted);
  } finally {
    signals.unwatch();
  }
}

function summaryOf(report: CheckReport, destination: string): string {
  const { files, folders, bytes, seconds, skipped, failed, left, differences } = report;
  const parts = [
    differences === 0 ? 'no differences' : count(differences, 'difference'),
    count(files, 'file'),
    `${count(folders, 'folder')} compared in ${formatSeconds(seconds)}`,
    bytes > 0 ? `${formatBytes(bytes)} of content` : '',
    skipped > 0 ? `${skipped} skipped` : '',
    failed > 0 ? `${failed} failed` : '',
    left > 0 ? `${left} not reached` : '',
  ];
  return `${parts.filter(part => part !== '').join(', ')} -> ${destination}`;
}
