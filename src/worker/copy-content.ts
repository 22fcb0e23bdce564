import { ftruncateSync } from 'node:fs';
import type { Facts } from '../common/facts.js';
import { step } from '../common/failure.js';
import { dataRanges, isSparse } from './data-ranges.js';
import type { WorkerContext } from './worker-context.js';

/**
 * Streams a file's content, chunk by chunk, into an empty one; holes stay holes.
 * @returns the bytes that the target now has
 */
export async function copyContent(
  context: WorkerContext,
  source: number,
  target: number,
  facts: Facts,
): Promise<number> {
  const size = Number(facts.size);
  if (!isSparse(facts)) return await copyRange(context, source, target, 0, size, true);
  for (const range of step('cannot be read', () => dataRanges(source, size))) {
    const end = await copyRange(context, source, target, range.start, range.end, range.end === size);
    // It has less than its size says, as under `/sys`; or more.
    if (end !== range.end || end === size) return end;
  }
  step('cannot be written', () => ftruncateSync(target, size));
  return size;
}

/**
 * One stretch of data. Of the last one, one chunk more than its size is asked for: a small file then takes a
 * single `readv` and no second one to see its end, and a file that says 0, as under `/proc`, is read to its end.
 * @returns where the content ends
 */
async function copyRange(
  context: WorkerContext,
  source: number,
  target: number,
  start: number,
  end: number,
  isLast: boolean,
): Promise<number> {
  const { chunks, settings } = context;
  const beyond = isLast ? settings.chunkSize : 0;
  let position = start;
  while (position < end || isLast) {
    const wanted = Math.max(end - position, 0) + beyond;
    const bytes = step('cannot be read', () => chunks.read(source, position, wanted));
    if (bytes === 0) break;
    // Chunks are read whole, so that more than this range can have come.
    const usable = isLast ? bytes : Math.min(bytes, end - position);
    step('cannot be written', () => chunks.write(target, position, 0, usable));
    position += usable;
    context.copiedBytes(usable);
    if (isLast && bytes < wanted && position >= end && end > 0) break;
    const breath = context.breathe();
    if (breath !== undefined) await breath;
  }
  return position;
}
