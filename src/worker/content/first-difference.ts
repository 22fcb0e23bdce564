import { step } from '../../files/failure.js';
import type { Pace } from './pace.js';
import type { Steps } from './steps.js';
import type { OpenFile } from './untouched-files.js';

/**
 * Reads two files side by side, chunk by chunk, holes too, until they differ or end.
 * @returns where the first byte is that differs, or that only one of them has; undefined: they are the same
 */
export function* firstDifference(
  pace: Pace,
  source: OpenFile,
  destination: OpenFile,
): Steps<number | undefined> {
  const { chunks, otherChunks } = pace;
  let position = 0;
  for (;;) {
    const bytes = step('cannot be read', () => chunks.read(source.descriptor, position, chunks.size));
    const others = step('its copy cannot be read', () =>
      otherChunks.read(destination.descriptor, position, chunks.size),
    );
    const both = Math.min(bytes, others);
    if (chunks.slab.compare(otherChunks.slab, 0, both, 0, both) !== 0) {
      return position + firstUnlike(chunks.slab, otherChunks.slab);
    }
    position += both;
    // A short read is not the end: only an empty one is.
    if (both === 0) return bytes === others ? undefined : position;
    const payment = pace.pay(both);
    if (payment !== undefined) yield payment;
    pace.copied(both);
    const breath = pace.breathe();
    if (breath !== undefined) yield breath;
  }
}

function firstUnlike(a: Buffer, b: Buffer): number {
  return a.findIndex((byte, index) => byte !== b[index]);
}
