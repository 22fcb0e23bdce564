import type { DifferenceEvent } from '../copier/report/events.js';
import type { Owner, Time } from '../protocol/differences.js';
import { escapeText, shownPath } from './text/escape.js';

/** A difference in one line: what differs, where, and as both trees have it, the source first; the root is `.`. */
export function differenceLine(event: DifferenceEvent): string {
  const detail = detailOf(event);
  return `${event.kind} ${shownPath(event) || '.'}${detail === undefined ? '' : `: ${detail}`}`;
}

function detailOf(event: DifferenceEvent): string | undefined {
  switch (event.kind) {
    case 'missing':
    case 'extra':
      return undefined;
    case 'content':
      return `at byte ${event.at}`;
    case 'kind':
    case 'size':
      return `${event.source} -> ${event.destination}`;
    case 'time':
      return `${timeText(event.source)} -> ${timeText(event.destination)}`;
    case 'mode':
      return `${octal(event.source)} -> ${octal(event.destination)}`;
    case 'owner':
      return `${ownerText(event.source)} -> ${ownerText(event.destination)}`;
    case 'attributes':
      return [...new Set([...event.source, ...event.destination])].sort().map(escapeText).join(', ');
    case 'target': {
      const { source, sourceBase64, destination, destinationBase64 } = event;
      return `${shown(source, sourceBase64)} -> ${shown(destination, destinationBase64)}`;
    }
    case 'links': {
      const { source, sourceBase64, destination, destinationBase64 } = event;
      return `${linkText(source, sourceBase64)} -> ${linkText(destination, destinationBase64)}`;
    }
    default:
      return event satisfies never;
  }
}

function shown(path: string, pathBase64: string | undefined): string {
  return shownPath(pathBase64 === undefined ? { path } : { path, pathBase64 });
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

function linkText(other: string | null, otherBase64: string | undefined): string {
  return other === null ? 'not linked' : `linked to ${shown(other, otherBase64)}`;
}
