import { ftruncateSync } from 'node:fs';
import type { Facts } from '../common/facts.js';
import { step } from '../common/failure.js';
import type { WorkerContext } from './worker-context.js';

/**
 * Streams a file's content, chunk by chunk, into an empty one.
 *
 * `size` is not believed: one chunk more than it is asked for, so that a small file takes a single `readv`
 * and no second one to see its end; files under `/proc` say 0 and are read until nothing comes.
 * @returns the bytes that the target now has
 */
export async function copyContent(
  context: WorkerContext,
  source: number,
  target: number,
  facts: Facts,
): Promise<number> {
  const { chunks, settings } = context;
  const size = Number(facts.size);
  const sparse = facts.blocks * BLOCK_BYTES < facts.size;
  let position = 0;
  let written = 0;
  for (;;) {
    const wanted = Math.max(size - position, 0) + settings.chunkSize;
    const bytes = step('cannot be read', () => chunks.read(source, position, wanted));
    if (bytes === 0) break;
    if (!sparse || !isZero(chunks.slab, bytes)) {
      step('cannot be written', () => chunks.write(target, position, 0, bytes));
      written = position + bytes;
    }
    position += bytes;
    context.copiedBytes(bytes);
    if (bytes < wanted && position >= size && size > 0) break;
    const breath = context.breathe();
    if (breath !== undefined) await breath;
  }
  if (written < position) step('cannot be written', () => ftruncateSync(target, position));
  return position;
}

const BLOCK_BYTES = 512n;

function isZero(slab: Buffer, bytes: number): boolean {
  return slab[0] === 0 && slab.compare(ZEROS, 0, Math.min(bytes, ZEROS.length), 0, bytes) === 0;
}

const ZEROS = Buffer.alloc(64 * 1024);
