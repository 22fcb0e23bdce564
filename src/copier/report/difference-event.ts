import { type BytePath, ROOT } from '../../files/byte-path.js';
import type { Difference } from '../../protocol/differences.js';
import { type DifferenceEvent, eventPath, eventPlaces } from './events.js';

/** A difference as an event. */
export function differenceEvent(path: BytePath, difference: Difference): DifferenceEvent {
  const head = { type: 'difference', ...eventPath(path) } as const;
  switch (difference.kind) {
    case 'target':
      return { ...head, kind: 'target', ...eventPlaces(difference) };
    case 'links': {
      const { source = ROOT, destination = ROOT } = difference;
      const names = eventPlaces({ source, destination });
      return {
        ...head,
        kind: 'links',
        ...names,
        source: source === ROOT ? null : names.source,
        destination: destination === ROOT ? null : names.destination,
      };
    }
    default:
      return { ...head, ...difference };
  }
}
