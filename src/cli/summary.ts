import type { CopyReport, NotKeptCounts } from '../copier/report/events.js';
import type { NotKept } from '../protocol/messages.js';
import { count, formatBytes, formatSeconds } from '../units.js';
import { shownDestination } from './text/escape.js';

/** The one line that standard output carries: what was copied, how fast, what was not, and where it is. */
export function summaryOf(report: CopyReport): string {
  const { files, folders, bytes, seconds, deleted, notKept } = report;
  const rate = `${formatBytes(bytes / Math.max(seconds, 1e-3))}/s`;
  const parts = [
    count(files, 'file'),
    count(folders, 'folder'),
    `${formatBytes(bytes)} in ${formatSeconds(seconds)} (${rate})`,
    ...restOf(report),
    deleted > 0 ? `${deleted} deleted` : '',
    notKeptIn(notKept),
  ];
  return `${parts.filter(part => part !== '').join(', ')} -> ${shownDestination(report)}`;
}

/** The same of a comparison. @param destination as it was typed, to be shown */
export function checkSummaryOf(report: CopyReport, destination: string): string {
  const { files, folders, bytes, seconds, differences = 0 } = report;
  const parts = [
    differences === 0 ? 'no differences' : count(differences, 'difference'),
    count(files, 'file'),
    `${count(folders, 'folder')} compared in ${formatSeconds(seconds)}`,
    bytes > 0 ? `${formatBytes(bytes)} of content` : '',
    ...restOf(report),
  ];
  return `${parts.filter(part => part !== '').join(', ')} -> ${destination}`;
}

/** What was not copied or compared; empty where there is none. */
function restOf({ skipped, failed, left }: CopyReport): string[] {
  return [
    skipped > 0 ? `${skipped} skipped` : '',
    failed > 0 ? `${failed} failed` : '',
    left > 0 ? `${left} not reached` : '',
  ];
}

function notKeptIn(notKept: NotKeptCounts): string {
  const counts = Object.entries(NAMES).flatMap(([kind, names]) => {
    const number = notKept[kind as NotKept] ?? 0;
    return number > 0 ? [count(number, ...names)] : [];
  });
  return counts.length > 0 ? `not kept: ${counts.join(', ')}` : '';
}

const NAMES: Readonly<Record<NotKept, readonly [one: string, many: string]>> = {
  owner: ['owner', 'owners'],
  mode: ['mode', 'modes'],
  time: ['modification time', 'modification times'],
  attribute: ['extended attribute', 'extended attributes'],
  hardLink: ['hard link', 'hard links'],
  grown: ['grown file', 'grown files'],
  sync: ['folder sync', 'folder syncs'],
  fifo: ['FIFO', 'FIFOs'],
  socket: ['socket', 'sockets'],
  device: ['device', 'devices'],
};
