import { isLeftOut } from '../copier/report/event-sink.js';
import type { CopyEvent } from '../copier/report/events.js';
import { escapeText, shownPath } from './escape.js';

export type NoticeLevel = 'quiet' | 'usual' | 'verbose';

/**
 * The line that an event has on standard error, if any: failures always, what was left out though nobody asked
 * for that unless it is to be quiet, every entry, also each that is deleted in the destination, if that is wanted.
 * @param source as it was typed; messages name entries from there
 */
export function noticeOf(event: CopyEvent, source: string, level: NoticeLevel): string | undefined {
  if (event.type === 'error') {
    return `folder-copy: ${shownIn(source, event)}: ${escapeText(event.message)} (${event.code})`;
  }
  if (event.type === 'deleted' && level === 'verbose') return `deleted ${shownPath(event)}`;
  if (event.type !== 'file' || level === 'quiet') return undefined;
  return level === 'verbose' || isLeftOut(event) ? `${event.how} ${shownIn(source, event)}` : undefined;
}

/** For a run that goes on with fewer workers than it was to have. */
export function fewerWorkersNotice({ message }: Error): string {
  return `folder-copy: continuing with fewer workers: ${escapeText(message)}`;
}

function shownIn(source: string, event: Parameters<typeof shownPath>[0]): string {
  const path = shownPath(event);
  const root = escapeText(source);
  return path === '' ? root : `${root.replace(/\/+$/, '')}/${path}`;
}
