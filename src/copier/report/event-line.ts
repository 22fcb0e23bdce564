import type { CopyEvent } from './events.js';

/**
 * An event as a line of JSON. A name in it may hold what moves a terminal's cursor or turns the line around: escaped,
 * it means the same.
 */
export function eventLine(event: CopyEvent): string {
  return JSON.stringify(event).replace(LEFT_RAW, escaped);
}

/** What JSON need not escape: DEL, the second table of control characters, line separators, marks of direction. */
const LEFT_RAW = /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
