/** Two times as `struct timespec`; the same memory is filled anew by each call. */
export function timesOf(atime: number, atimeNs: number, mtime: number, mtimeNs: number): Buffer {
  fill(0, atime, atimeNs);
  fill(4, mtime, mtimeNs);
  return times;
}

/** Two times, each a 64-bit number of seconds and one of nanoseconds, the lower half first. */
const times = Buffer.allocUnsafeSlow(32);
const words = new Uint32Array(times.buffer);

function fill(start: number, seconds: number, nanoseconds: number): void {
  words[start] = seconds;
  words[start + 1] = Math.floor(seconds / 2 ** 32);
  words[start + 2] = nanoseconds;
  words[start + 3] = 0;
}
