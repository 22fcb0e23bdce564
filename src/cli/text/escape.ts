import type { CopyReport, ErrorEvent, FileEvent } from '../../copier/report/events.js';
import { fromBase64, readable } from '../../files/byte-path.js';
import { isUndecodedByte, undecodedByte } from './exact-words.js';

/**
 * A path of an event as it may be shown: control characters and bytes that are not UTF-8 are escaped. The command
 * knows only a run's events, so such bytes come from `pathBase64`.
 */
export function shownPath({ path, pathBase64 }: Pick<FileEvent | ErrorEvent, 'path' | 'pathBase64'>): string {
  return escapeText(pathBase64 === undefined ? path : readable(fromBase64(pathBase64)));
}

/** The same of a run's destination. */
export function shownDestination(report: Pick<CopyReport, 'destination' | 'destinationBase64'>): string {
  const { destination, destinationBase64 } = report;
  return escapeText(destinationBase64 === undefined ? destination : readable(fromBase64(destinationBase64)));
}

/** Text that cannot move a terminal's cursor, change its colours or turn the line around. */
export function escapeText(text: string): string {
  return text.replace(UNPRINTABLE, character => NAMED[character] ?? codePointEscape(character));
}

// Control characters of both tables, lone surrogates, line separators, marks that change the text's direction.
const UNPRINTABLE = /[\p{Cc}\p{Cs}\u061c\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;
const NAMED: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

function codePointEscape(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  if (isUndecodedByte(code)) return `\\x${undecodedByte(code).toString(16)}`;
  const digits = code.toString(16);
  return code < 0x100 ? `\\x${digits.padStart(2, '0')}` : `\\u{${digits}}`;
}
