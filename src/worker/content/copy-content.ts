import { ftruncateSync } from 'node:fs';
import { type Facts, isSparse } from '../../files/facts.js';
import { step } from '../../files/failure.js';
import { dataRanges } from './data-ranges.js';
import type { Digest } from './digest.js';
import type { Pace } from './pace.js';
import type { Steps } from './steps.js';

/**
 * Streams a file's content, chunk by chunk, into an empty one; holes stay holes.
 * @returns the bytes that the target now has
 */
export function* copyContent(stream: Stream, facts: Facts): Steps<number> {
  return isSparse(facts) ? yield* copySparse(stream, facts) : yield* copyRange(stream, 0, facts.size, 'last');
}

/** @returns where the content ends: before its size, where the size is wrong, as under `/sys` */
function* copySparse(stream: Stream, facts: Facts): Steps<number> {
  const { pace, source, target, digest } = stream;
  const { size } = facts;
  // What a digest vouches for has been read.
  const isBelieved = digest === undefined && pace.holes.areBelieved(source, facts);
  let data = 0;
  for (const range of step('cannot be read', () => dataRanges(source, size, isBelieved))) {
    const breath = pace.breathe();
    if (breath !== undefined) yield breath;
    if (range.start === range.end) continue;
    const end = yield* copyRange(stream, range.start, range.end, range.end === size ? 'last' : 'inner');
    if (end !== range.end || end === size) return end;
    data += end - range.start;
  }
  step('cannot be written', () => ftruncateSync(target, size));
  pace.copied(size - data);
  return size;
}

/** Content on its way. */
interface Stream {
  readonly pace: Pace;
  readonly source: number;
  readonly target: number;
  /** Is fed with what comes by, where the run wants digests. */
  readonly digest: Digest | undefined;
}

/**
 * One range of data. Of the last one, one chunk more than its size is asked for: a small file then takes a
 * single `preadv` and no second one to see its end, and a file that says 0, as under `/proc`, is read to its end.
 * @returns where the content ends
 */
export function* copyRange(
  stream: Stream,
  start: number,
  end: number,
  place: 'inner' | 'last',
): Steps<number> {
  const isLast = place === 'last';
  const { pace, source, target, digest } = stream;
  const { chunks } = pace;
  const beyond = isLast ? chunks.chunkSize : 0;
  let position = start;
  while (position < end || isLast) {
    const wanted = Math.max(end - position, 0) + beyond;
    const bytes = step('cannot be read', () => chunks.read(source, position, wanted));
    if (bytes === 0) break;
    // Chunks are read whole, so that more than this range can have come.
    const usable = isLast ? bytes : Math.min(bytes, end - position);
    const payment = pace.pay(usable);
    if (payment !== undefined) yield payment;
    step('cannot be written', () => chunks.write(target, position, usable));
    digest?.add(chunks.slab.subarray(0, usable), position);
    position += usable;
    pace.copied(usable);
    if (isLast && bytes < wanted && position >= end && end > 0) break;
    const breath = pace.breathe();
    if (breath !== undefined) yield breath;
  }
  return position;
}
