import type { CopyReport } from '../copier/events.js';
import { escapeText } from './escape.js';
import { count, formatBytes, formatSeconds } from './units.js';

/** The one line that standard output carries: what was copied, how fast, what was not, and where it is. */
export function summaryOf(report: CopyReport): string {
  const { files, folders, bytes, seconds, skipped, failed, left, destination } = report;
  const rate = `${formatBytes(bytes / Math.max(seconds, 1e-3))}/s`;
  const parts = [
    count(files, 'file'),
    count(folders, 'folder'),
    `${formatBytes(bytes)} in ${formatSeconds(seconds)} (${rate})`,
    skipped > 0 ? `${skipped} skipped` : '',
    failed > 0 ? `${failed} failed` : '',
    left > 0 ? `${left} not reached` : '',
  ];
  return `${parts.filter(part => part !== '').join(', ')} -> ${escapeText(destination)}`;
}
