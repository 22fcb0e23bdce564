import { readSync } from 'node:fs';
import { platformCalls } from '../../files/system/platform-calls.js';

/** A stretch of a file that holds data; in bytes, `end` exclusive. */
export interface DataRange {
  readonly start: number;
  readonly end: number;
}

/** The stretches of an open file that hold data: as the file system tells them, else by looking for zeros. */
export function* dataRanges(descriptor: number, size: number): Generator<DataRange, void, undefined> {
  const calls = platformCalls();
  if (calls === undefined) {
    yield* lookForData(descriptor, size);
    return;
  }
  for (let start = calls.nextData(descriptor, 0); start !== undefined && start < size; ) {
    const end = Math.min(calls.nextHole(descriptor, start), size);
    yield { start, end };
    start = calls.nextData(descriptor, end);
  }
}

/** Blocks of only zeros pass for holes: the copy reads the same, and takes no more room than the source. */
function* lookForData(descriptor: number, size: number): Generator<DataRange, void, undefined> {
  let start: number | undefined;
  let position = 0;
  while (position < size) {
    const bytes = readSync(descriptor, window, 0, Math.min(window.length, size - position), position);
    if (bytes === 0) break;
    for (let from = 0; from < bytes; from += BLOCK) {
      const to = Math.min(from + BLOCK, bytes);
      const isData = window.compare(zeros, 0, to - from, from, to) !== 0;
      if (isData) start ??= position + from;
      else if (start !== undefined) {
        yield { start, end: position + from };
        start = undefined;
      }
    }
    position += bytes;
  }
  if (start !== undefined) yield { start, end: position };
}

const BLOCK = 4096;
const zeros = Buffer.alloc(BLOCK);
const window = Buffer.allocUnsafeSlow(64 * BLOCK);
