import type { Times } from './entry-calls.js';

/** Two times as two `struct timespec`: of each a 64-bit number of seconds and one of nanoseconds, the lower half first. */
export class TimeSpecs {
  readonly bytes = Buffer.allocUnsafeSlow(32);
  readonly #words = new Uint32Array(this.bytes.buffer);

  set({ atime, atimeNs, mtime, mtimeNs }: Times): void {
    this.#setOne(0, atime, atimeNs);
    this.#setOne(4, mtime, mtimeNs);
  }

  #setOne(start: number, seconds: number, nanoseconds: number): void {
    this.#words[start] = seconds;
    this.#words[start + 1] = Math.floor(seconds / 2 ** 32);
    this.#words[start + 2] = nanoseconds;
    this.#words[start + 3] = 0;
  }
}
