import { readSync } from 'node:fs';
import { type PlatformCalls, platformCalls } from '../../files/system/platform-calls.js';
import { isAccepted } from '../../rules/keep.js';

/**
 * The ranges of an open file that hold data: as the file system tells them, where it can be asked.
 * @param isBelieved false: what it calls a hole is looked at too
 * @returns empty ones too, so that a look through a long hole does not hold up all else
 */
export function* dataRanges(
  descriptor: number,
  size: number,
  isBelieved: boolean,
): Generator<DataRange, void, undefined> {
  const told = toldRanges(descriptor, size);
  const isLookedAt = told === undefined || !isBelieved;
  let position = 0;
  for (const range of told ?? []) {
    if (isLookedAt) yield* lookForData(descriptor, position, range.start);
    yield range;
    position = range.end;
  }
  if (isLookedAt) yield* lookForData(descriptor, position, size);
}

/** A range of a file that holds data; in bytes, `end` exclusive. */
interface DataRange {
  readonly start: number;
  readonly end: number;
}

/** @returns what the file system tells; undefined where it cannot be asked */
export function toldRanges(
  descriptor: number,
  size: number,
): Generator<DataRange, void, undefined> | undefined {
  const calls = platformCalls();
  let first: number | undefined;
  if (calls === undefined || !isAccepted(() => (first = calls.nextData(descriptor, 0)))) return undefined;
  return rangesFrom(calls, descriptor, size, first);
}

function* rangesFrom(
  calls: PlatformCalls,
  descriptor: number,
  size: number,
  first: number | undefined,
): Generator<DataRange, void, undefined> {
  for (let start = first; start !== undefined && start < size; ) {
    const end = Math.min(calls.nextHole(descriptor, start), size);
    yield { start, end };
    start = calls.nextData(descriptor, end);
  }
}

/** Blocks of only zeros pass for holes: the copy reads the same, and takes no more room than the source. */
function* lookForData(descriptor: number, from: number, size: number): Generator<DataRange, void, undefined> {
  let start: number | undefined;
  let position = from;
  while (position < size) {
    const bytes = readSync(descriptor, window, 0, Math.min(window.length, size - position), position);
    if (bytes === 0) break;
    for (let at = 0; at < bytes; at += BLOCK) {
      const to = Math.min(at + BLOCK, bytes);
      const isData = window.compare(zeros, 0, to - at, at, to) !== 0;
      if (isData) start ??= position + at;
      else if (start !== undefined) {
        yield { start, end: position + at };
        start = undefined;
      }
    }
    position += bytes;
    if (start === undefined) yield { start: position, end: position };
  }
  if (start !== undefined) yield { start, end: position };
}

const BLOCK = 4096;
const zeros = Buffer.alloc(BLOCK);
const window = Buffer.allocUnsafeSlow(64 * BLOCK);
