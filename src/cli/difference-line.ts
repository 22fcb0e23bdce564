import { type BytePath, ROOT, readable } from '../files/byte-path.js';
import type { Difference, Owner, Time } from '../protocol/differences.js';
import { escapeText } from './escape.js';

/**
 * A difference in one line: what differs, where, and as both trees have it, the source first.
 * @param path relative to the source; the root is shown as `.`
 */
export function differenceLine(path: BytePath, difference: Difference): string {
  const detail = detailOf(difference);
  return `${difference.what} ${path === ROOT ? '.' : shown(path)}${detail === undefined ? '' : `: ${detail}`}`;
}

function detailOf(difference: Difference): string | undefined {
  switch (difference.what) {
    case 'missing':
    case 'extra':
      return undefined;
    case 'content':
      return `at byte ${difference.at}`;
    case 'kind':
    case 'size':
      return `${difference.source} -> ${difference.destination}`;
    case 'time':
      return `${timeText(difference.source)} -> ${timeText(difference.destination)}`;
    case 'mode':
      return `${octal(difference.source)} -> ${octal(difference.destination)}`;
    case 'owner':
      return `${ownerText(difference.source)} -> ${ownerText(difference.destination)}`;
    case 'target':
      return `${shown(difference.source)} -> ${shown(difference.destination)}`;
    case 'links':
      return `${linkText(difference.source)} -> ${linkText(difference.destination)}`;
    default:
      return difference satisfies never;
  }
}

function shown(path: BytePath): string {
  return escapeText(readable(path));
}

/** Nine decimals, in UTC; what JavaScript's dates cannot hold, in seconds since 1970. */
function timeText({ seconds, nanoseconds }: Time): string {
  const decimals = String(nanoseconds).padStart(9, '0');
  const date = new Date(seconds * 1000);
  return Number.isNaN(date.getTime())
    ? `${seconds} s + 0.${decimals} s`
    : date.toISOString().replace('.000Z', `.${decimals}Z`);
}

function octal(mode: number): string {
  return mode.toString(8).padStart(3, '0');
}

function ownerText({ uid, gid }: Owner): string {
  return `${uid}:${gid}`;
}

function linkText(other: BytePath | undefined): string {
  return other === undefined ? 'not linked' : `linked to ${shown(other)}`;
}
