import type { Facts } from '../facts.js';

/** Access and modification time as two `struct timespec`; the same memory is filled anew by each call. */
export function timesOf({ atime, atimeNs, mtime, mtimeNs }: Facts): Uint32Array {
  fill(0, atime, atimeNs);
  fill(4, mtime, mtimeNs);
  return words;
}

/** Two times, each a 64-bit number of seconds and one of nanoseconds, the lower half first. */
const words = new Uint32Array(Buffer.allocUnsafeSlow(32).buffer);

function fill(start: number, seconds: number, nanoseconds: number): void {
  words[start] = seconds;
  words[start + 1] = Math.floor(seconds / 2 ** 32);
  words[start + 2] = nanoseconds;
  words[start + 3] = 0;
}
